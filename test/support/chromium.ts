/**
 * Owns the browser that tests look at editors with: the Chromium of this machine, without a window. Refuses to download one, and to
 * skip silently: a missing browser fails with the way to get it.
 */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const USUAL_PLACES = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/usr/bin/google-chrome-stable',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Starts Chromium. `CHROMIUM_PATH` names another one. */
export async function launchChromium(): Promise<Browser> {
	const executablePath = process.env['CHROMIUM_PATH'] ?? USUAL_PLACES.find((path) => existsSync(path));
	if (executablePath === undefined)
		throw new Error('No Chromium was found. Install one ("apt-get install chromium"), or name it in CHROMIUM_PATH.');
	return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
