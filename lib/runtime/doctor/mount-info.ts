/** Reads what Linux says of its mounts, and which of them a path lies on. */
import { readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { codeOf } from '../../core/values/foreign';

/** A file system as Linux tells of it. */
export interface Mount {
	readonly point: string;
	readonly type: string;
	readonly isReadOnly: boolean;
}

/** The mounts that a text of /proc/self/mountinfo tells of, in its order. */
export function parseMounts(text: string): Mount[] {
	return text.split('\n').flatMap((line) => {
		const [before = '', after = ''] = line.split(' - ', 2);
		const [, , , , point = '', options = ''] = before.split(' ');
		const [type = '', , superOptions = ''] = after.split(' ');
		if (point === '' || type === '') return [];
		const isReadOnly = [options, superOptions].some((list) => list.split(',').includes('ro'));
		return [{ point: unescaped(point), type, isReadOnly }];
	});
}

/** The mount that a path lies on: the deepest, and of several on one point the last. `null` where none fits. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | null {
	const under = mounts.filter(({ point }) => point === path || path.startsWith(point.endsWith(sep) ? point : `${point}${sep}`));
	return under.reduce<Mount | null>((deepest, mount) => (mount.point.length >= (deepest?.point.length ?? 0) ? mount : deepest), null);
}

/** Blanks and the like are written as their octal code. */
function unescaped(point: string): string {
	return point.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** What this system says of its mounts; `null` where it does not. */
export function readMountInfo(): string | null {
	try {
		return readFileSync('/proc/self/mountinfo', 'utf8');
	} catch (error) {
		if (codeOf(error) === '') throw error;
		return null;
	}
}
