/** Gives a finished file its name, and never takes a name that something else has. */
import { codeOf } from '../../../core/values/foreign';
import { existsSync, linkSync, renameSync, unlinkSync } from 'node:fs';

/** File systems that know no second name for a file. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK']);

/** Moves `draft` to `path`. False, with both as they were, when there is something at `path`. Throws what the system throws. */
export function giveName(draft: string, path: string): boolean {
	try {
		// A link fails where a name is taken, a rename would replace what has it.
		linkSync(draft, path);
		unlinkSync(draft);
	} catch (error) {
		const code = codeOf(error);
		if (code === 'EEXIST') return false;
		if (!NO_LINKS.has(code)) throw error;
		if (existsSync(path)) return false;
		renameSync(draft, path);
	}
	return true;
}
