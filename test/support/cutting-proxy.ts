/**
 * Owns a stretch of network between a program and a server that fails on order: it lets a message through and cuts before the answer,
 * cuts before the message, or falls silent. Refuses to understand more of the protocol than the word it waits for.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to the connection on which the word is sent. */
export type Cut = 'after' | 'before' | 'silent';

/** The proxy; it passes everything until it is told otherwise. */
export interface CuttingProxy {
	readonly port: number;
	/** How often it has cut. */
	readonly cuts: number;
	/** The next time this word is sent to the server, cut so; once. `after` waits until the server answers with the word. */
	cutAt(word: string, cut: Cut): void;
	/** Refuses new connections from now on and breaks those there are, or takes them again. */
	setOpen(isOpen: boolean): void;
	stop(): Promise<void>;
}

/** Starts a proxy on a free loopback port. */
export async function startCuttingProxy(serverPort: number): Promise<CuttingProxy> {
	let armed: { readonly word: string; readonly cut: Cut } | null = null;
	let cuts = 0;
	let isOpen = true;
	const sockets = new Set<Socket>();

	const listener = createServer((client) => {
		if (!isOpen) {
			client.destroy();
			return;
		}
		const server = connect(serverPort, '127.0.0.1');
		let isSilent = false;
		let isCutAtAnswer = false;
		let word = '';
		const breakBoth = (): void => {
			client.destroy();
			server.destroy();
		};
		for (const socket of [client, server]) {
			sockets.add(socket);
			socket.setNoDelay(true);
			socket.on('error', breakBoth);
			socket.on('close', () => {
				sockets.delete(socket);
				breakBoth();
			});
		}
		client.on('data', (sent) => {
			if (isSilent) return;
			if (armed === null || !sent.includes(armed.word)) {
				server.write(sent);
				return;
			}
			const { cut } = armed;
			({ word } = armed);
			armed = null;
			cuts += 1;
			if (cut === 'before') {
				breakBoth();
				return;
			}
			isSilent = true;
			isCutAtAnswer = cut === 'after';
			server.write(sent);
		});
		server.on('data', (answered) => {
			if (!isSilent) client.write(answered);
			else if (isCutAtAnswer && answered.includes(word)) breakBoth();
		});
	});
	await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
	return {
		port: (listener.address() as AddressInfo).port,
		get cuts() {
			return cuts;
		},
		cutAt: (word, cut) => {
			armed = { word, cut };
		},
		setOpen: (open) => {
			isOpen = open;
			if (!open) for (const socket of sockets) socket.destroy();
		},
		stop: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((closed) => listener.close(closed));
		},
	};
}
