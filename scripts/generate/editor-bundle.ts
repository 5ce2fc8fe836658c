/** Owns packing the editor's code: the sources of the dialogs with the checks and descriptions they share with the runtime. */
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** zod carries its messages in every language, which is more than half of the script; the checks speak for themselves. */
const withoutLanguages: Plugin = {
	name: 'without languages',
	setup: (bundler) => {
		bundler.onResolve({ filter: /\/locales\/index\.(js|cjs)$/ }, ({ path }) => ({ path, namespace: 'without-languages' }));
		bundler.onLoad({ filter: /.*/, namespace: 'without-languages' }, () => ({ contents: 'module.exports = {};' }));
	},
};

/** One classic script. Each node's html asks for it, so it does nothing the second time. */
export async function bundleEditor(folder: string): Promise<string> {
	const { outputFiles } = await build({
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
		plugins: [withoutLanguages],
	});
	return `if (!window.LlmCreditsEditor) {\n${outputFiles[0]?.text ?? ''}}\n`;
}
