/** Loaded before a peer that would listen on every address of the machine: whatever names no host listens on loopback. */
import { Server } from 'node:net';

type Listen = (...args: readonly unknown[]) => unknown;

const prototype = Server.prototype as unknown as Record<'listen', Listen>;
prototype.listen = new Proxy(prototype.listen, {
	apply: (listen, server: Server, args: readonly unknown[]) => {
		const [port, host] = args;
		const rest = args.slice(host === undefined || typeof host === 'string' ? 2 : 1);
		return Reflect.apply(listen, server, typeof port === 'number' ? [port, '127.0.0.1', ...rest] : args);
	},
});
