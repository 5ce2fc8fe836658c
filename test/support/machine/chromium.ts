/**
 * Owns the browser that tests look at editors with: the Chromium of this machine, without a window. Refuses to download one, and to
 * skip silently: a missing browser fails with the way to get it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const USUAL_PLACES = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/usr/bin/google-chrome-stable',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Starts Chromium; LLM_CREDITS_CHROMIUM names another one. */
export async function launchChromium(): Promise<Browser> {
	const executablePath = process.env['LLM_CREDITS_CHROMIUM'] ?? USUAL_PLACES.find((path) => existsSync(path));
	if (executablePath === undefined)
		throw new Error('No Chromium was found. Install one ("apt-get install chromium"), or name it in LLM_CREDITS_CHROMIUM.');
	return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

const asked = process.env['LLM_CREDITS_PICTURES']?.trim() ?? '';

/** The folder for pictures that people look at, which LLM_CREDITS_PICTURES names; `null`: none are taken. */
export const PICTURES = asked === '' ? null : asked;

/** Where the picture of this name goes; `null`: it is not taken. */
export function picturePath(name: string): string | null {
	return PICTURES === null ? null : join(PICTURES, `${name}.png`);
}
