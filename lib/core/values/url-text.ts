/** Texts of a URL, as somebody typed them. */

/** Whether each % of a part of a URL begins an escape, so that `decodeURIComponent` does not throw. */
export function isDecodable(part: string): boolean {
	try {
		decodeURIComponent(part);
		return true;
	} catch {
		return false;
	}
}
