/**
 * Owns the generated part of the package: the Node-RED forms, their help, and the editor's code in one file.
 * Run by the build with the output folder as its argument; everything is written anew. Refuses to write anywhere else.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONNECTIONS, NODES } from '../nodes/node-red/node/node-types';
import { bundleEditor } from './generate/editor-bundle';
import { htmlOf } from './generate/html';

async function generate(outDir: string): Promise<void> {
	const write = (path: string, content: string): void => {
		const file = join(outDir, path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, content);
	};
	for (const description of [...NODES, ...CONNECTIONS]) {
		const folder = `nodes/node-red/${description.type}`;
		write(`${folder}/${description.type}.html`, htmlOf(description));
	}
	write('nodes/node-red/editor/llm-credits-editor.js', await bundleEditor(outDir));
}

const [, , outDir] = process.argv;
if (outDir === undefined) throw new Error('Give the output folder of the build as the argument.');
void generate(outDir);
