/** Owns ports on loopback on which nobody listened a moment ago. */
import { createServer, type AddressInfo } from 'node:net';

/** A port that is free now. */
export function freePort(): Promise<number> {
	return new Promise((done, fail) => {
		const server = createServer().on('error', fail);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address() as AddressInfo;
			server.close(() => {
				done(port);
			});
		});
	});
}
