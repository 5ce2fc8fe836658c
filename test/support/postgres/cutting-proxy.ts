/**
 * Owns a stretch of network between a program and a PostgreSQL server that fails on order: it cuts before a statement arrives, after it was
 * carried out and before the answer, or falls silent. Refuses to understand what a statement says.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { AnsweredStatements, FLUSH, lastWords, SentStatements } from './postgres-messages';

/** What happens to the connection on which the statement is sent. With last words the server tells why it falls instead of answering. */
export type Cut = 'after' | 'after_last_words' | 'before' | 'silent';

/** The proxy; it passes everything until it is told otherwise. */
export interface CuttingProxy {
	readonly port: number;
	/** How often it has cut. */
	readonly cuts: number;
	/** The next statement that contains this word is cut so; once. */
	cutAt(word: string, cut: Cut): void;
	/** The `number`-th statement from now on is cut so; once. Statements of all connections count. */
	cutAtStatement(number: number, cut: Cut): void;
	/** Cuts nothing from now on. */
	disarm(): void;
	/** Refuses new connections from now on and breaks those there are, or takes them again. */
	setOpen(isOpen: boolean): void;
	stop(): Promise<void>;
}

/** Tells whether and how a statement is cut. */
type Judge = (statement: Buffer) => Cut | null;

/** Starts a proxy on a free loopback port. */
export async function startCuttingProxy(serverPort: number): Promise<CuttingProxy> {
	let judge: Judge | null = null;
	let cuts = 0;
	let isOpen = true;
	const sockets = new Set<Socket>();
	const arm = (decide: Judge): void => {
		judge = (statement) => {
			const cut = decide(statement);
			if (cut) {
				judge = null;
				cuts += 1;
			}
			return cut;
		};
	};

	const listener = createServer((client) => {
		if (!isOpen) {
			client.destroy();
			return;
		}
		const server = connect(serverPort, '127.0.0.1');
		for (const socket of [client, server]) {
			sockets.add(socket);
			socket.on('close', () => sockets.delete(socket));
		}
		join(client, server, (statement) => judge?.(statement) ?? null);
	});
	await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
	return {
		port: (listener.address() as AddressInfo).port,
		get cuts() {
			return cuts;
		},
		cutAt: (word, cut) => arm((statement) => (statement.includes(word) ? cut : null)),
		cutAtStatement: (number, cut) => {
			let left = number;
			arm(() => ((left -= 1) === 0 ? cut : null));
		},
		disarm: () => {
			judge = null;
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

/** Passes what the two say to each other until a statement is cut. */
function join(client: Socket, server: Socket, judge: Judge): void {
	const sent = new SentStatements();
	const answered = new AnsweredStatements();
	let isSilent = false;
	let isBreaking = false;
	let farewell: Buffer | null = null;
	const breakBoth = (): void => {
		client.destroy();
		server.destroy();
	};
	for (const socket of [client, server]) {
		socket.setNoDelay(true);
		socket.on('error', breakBoth);
		socket.on('close', breakBoth);
	}
	const breakWhenAnswered = (): void => {
		if (!isBreaking || !answered.isDone) return;
		if (farewell) client.end(farewell, breakBoth);
		else breakBoth();
	};
	client.on('data', (chunk) => {
		for (const { bytes, kind } of sent.take(chunk)) {
			if (isSilent) return;
			const cut = kind === 'other' ? null : judge(bytes);
			isSilent = cut !== null;
			if (cut !== 'before') {
				server.write(bytes);
				if (kind !== 'other') answered.give(kind);
			}
			// Statements that were sent before are carried out first: a connection that is reset can lose them on the way.
			if (cut) server.write(FLUSH);
			isBreaking = cut !== null && cut !== 'silent';
			if (cut === 'after_last_words') farewell = lastWords();
			breakWhenAnswered();
		}
	});
	server.on('data', (chunk) => {
		answered.take(chunk);
		if (!isSilent) client.write(chunk);
		else breakWhenAnswered();
	});
}
