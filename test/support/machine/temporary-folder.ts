/** Owns folders of tests that are removed when the test process ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set<string>();
process.on('exit', () => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new, empty folder. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'llm-credits-'));
	folders.add(folder);
	return folder;
}
