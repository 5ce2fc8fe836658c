/**
 * Says what a sample of the left-over corpus is, and which part of it is held back. The rules of the check are written against the open
 * part only; the held-back part was written first, and nobody who writes rules looks at more of it than its figures.
 */
import { createHash } from 'node:crypto';

/** A text as a model gave it; `asked` is the prompt, where it matters. */
export type Sample = readonly [language: string, text: string, asked?: string];

/** True for about a third of the samples, chosen by a hash of the text. */
export function isHeldBack([, text]: Sample): boolean {
	return (createHash('sha256').update(text).digest()[0] ?? 0) % 3 === 0;
}
