/** Owns reading the figures of docs/benchmarks.md back: the median of ours of a row. Refuses to make up one that is not there. */

/** The figure of a row, in the row's unit. Throws when the document has no such row. */
export type FigureOf = (name: string) => number;

/** The figures of the document's table of results. */
export function figuresIn(benchmarks: string): FigureOf {
	const [, results = ''] = /<!-- results -->([\s\S]*?)<!-- end -->/.exec(benchmarks) ?? [];
	const rows = new Map([...results.matchAll(/^\| `([^`]+)` *\| *([\d.,]+)/gm)].map(([, name = '', figure = '']) => [name, figure]));
	return (name) => {
		const figure = Number((rows.get(name) ?? '').replaceAll(',', '') || Number.NaN);
		if (Number.isNaN(figure)) throw new Error(`docs/benchmarks.md has no row ${name}; npm run bench -- --docs writes it.`);
		return figure;
	};
}
