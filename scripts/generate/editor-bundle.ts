/** Owns packing the editor's code: the sources of the dialogs with the checks and descriptions they share with the runtime. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * One classic script. Each node's html asks for it, so it does nothing the second time.
 */
export function bundleEditor(folder: string): string {
	const { outputFiles } = buildSync({
		entryPoints: [join(folder, 'nodes/node-red/editor/src/main.js')],
		bundle: true,
		write: false,
		format: 'iife',
		globalName: 'LlmCreditsEditor',
		platform: 'browser',
		target: 'es2022',
		minify: true,
		legalComments: 'none',
		charset: 'utf8',
		loader: { '.css': 'text' },
		logLevel: 'error',
	});
	return `if (!window.LlmCreditsEditor) {\n${outputFiles[0]?.text ?? ''}}\n`;
}
