/** Owns Node-RED's icons: the shapes of the package's icons in white, in the proportions of Node-RED's own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The icon of this name as white shapes with a margin. */
export function whiteIcon(folder: string, name: string): string {
	const svg = readFileSync(join(folder, 'icons', `${name}.svg`), 'utf8');
	return svg
		.replaceAll(/#[0-9a-f]{6}/gi, '#ffffff')
		.replace('width="40" height="40" viewBox="0 0 24 24"', 'width="40" height="60" viewBox="-1 -7.5 26 39"');
}
