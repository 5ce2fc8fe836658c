/** A real Node-RED for runs with faults: its flow says in the log who left, so that it is known also when the process is killed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../machine/child';
import { movedClock } from './moved-clock';
import { campaignFlow, sendPeople } from '../../hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../hosts/real-node-red';
import { temporaryFolder } from '../../machine/temporary-folder';
import type { Left, RealHost } from './real-run';

const LEFT = /LEFT (\{.*?\}) END/g;
const LEAVING_TIMEOUT_MS = 90_000;

export interface NodeRedChaos extends RealHost {
	stop(): Promise<void>;
}

/** Starts one with a campaign. */
export async function startNodeRedChaos({ ledger, provider }: { ledger: string; provider: string }): Promise<NodeRedChaos> {
	const clock = join(temporaryFolder(), 'ahead');
	const env = movedClock(clock);
	let nodeRed: NodeRed = await startNodeRed({ env });
	let isDead = false;
	const action = {
		idempotencyKey: 'spring {{payload.id}}',
		idempotencyKeyType: 'str',
		keepResultsHours: 24,
		waitForCreditsSeconds: 3,
		timeoutSeconds: 3,
		maxAttempts: 2,
	};
	const flow = campaignFlow({ ledger, provider, action }).map((node) =>
		node.id === 'result' || node.id === 'fallback' ? { ...node, func: sayingWhoLeft(node.id) } : node,
	);
	await nodeRed.deploy(flow);
	return {
		send: async (people, left) => {
			let seen = [...nodeRed.output().matchAll(LEFT)].length;
			const before = seen;
			const look = (): 'all left' | 'died' | null => {
				const all = [...nodeRed.output().matchAll(LEFT)];
				for (const [, text = '{}'] of all.slice(seen)) left(JSON.parse(text) as Left);
				seen = all.length;
				if (isDead) return 'died';
				return seen - before >= people.length ? 'all left' : null;
			};
			await sendPeople(
				nodeRed,
				people.map((id) => ({ id, name: `Person ${String(id)}.` })),
			).catch((error: unknown) => {
				if (!isDead) throw error;
			});
			return until(() => Promise.resolve(look()), {
				timeoutMs: LEAVING_TIMEOUT_MS,
				everyMs: 20,
				describe: () => `who left is only ${String(seen - before)}\n${nodeRed.output().slice(-3000)}`,
			});
		},
		signal: (signal) => nodeRed.signal(signal),
		kill: async () => {
			isDead = true;
			await nodeRed.kill();
		},
		start: async () => {
			nodeRed = await startNodeRed({ userDir: nodeRed.userDir, env });
			isDead = false;
		},
		setAhead: (aheadMs) => writeFileSync(clock, String(aheadMs)),
		stop: async () => {
			await nodeRed.stop();
			nodeRed.remove();
		},
	};
}

/** A line for each; statuses and other logs do not look like it. */
function sayingWhoLeft(route: string): string {
	return `const { reason, message } = msg.llmCredits;
		node.warn('LEFT ' + JSON.stringify({ person: String(msg.payload.id), route: '${route}', reason, message }) + ' END');`;
}
