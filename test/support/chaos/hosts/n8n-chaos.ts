/** A real n8n for runs with faults: one for all of them, a workflow for each. Who left is known when an execution has ended. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectionTo } from '../../hosts/host-ledger';
import { movedClock } from './moved-clock';
import { N8nSession, outputOf, type Reference } from '../../hosts/n8n-session';
import { webhook, workflowOf, people as splitPeople } from '../../hosts/n8n-workflow-builder';
import { temporaryFolder } from '../../machine/temporary-folder';
import type { Left, RealHost } from './real-run';

const PREFIX = 'n8n-nodes-llm-credits';
const MODEL = 'campaign-model';
/** 100 tokens in and 20 out cost one credit. */
const PRICES = `${MODEL}, 0.60, 2.00`;
const ENDED_TIMEOUT_MS = 120_000;

export class N8nChaos {
	readonly #session: N8nSession;
	readonly #clock: string;
	#campaigns = 0;

	private constructor(session: N8nSession, clock: string) {
		this.#session = session;
		this.#clock = clock;
	}

	/** Starts one that may use files in this folder. */
	static async start(folder: string): Promise<N8nChaos> {
		const clock = join(temporaryFolder(), 'ahead');
		return new N8nChaos(await N8nSession.start({ N8N_RESTRICT_FILE_ACCESS_TO: folder, ...movedClock(clock) }), clock);
	}

	async stop(): Promise<void> {
		await this.#session.stop();
	}

	/** Lends it for one run, with a workflow of its own. */
	async host(campaign: { readonly ledger: string; readonly provider: string }, use: (host: RealHost) => Promise<void>): Promise<void> {
		const session = this.#session;
		this.#campaigns += 1;
		const path = `chaos-${String(process.pid)}-${String(this.#campaigns)}`;
		const nodes = [webhook(path), splitPeople, llmAction(await credentialsFor(session, campaign))];
		const workflow = await session.save(
			workflowOf(path, nodes, [
				['Webhook', 'People'],
				['People', 'LLM Action'],
			]),
		);
		let isDead = false;
		let death = newDeath();
		await use({
			send: (people, left) => Promise.race([death.told, sendTo(session, { workflow, path, people, left }).catch(diedOr(() => isDead))]),
			signal: (signal) => session.server.signal(signal),
			kill: async () => {
				isDead = true;
				death.tell();
				await session.kill();
			},
			start: async () => {
				await session.startServer([path]);
				isDead = false;
				death = newDeath();
			},
			setAhead: (aheadMs) => writeFileSync(this.#clock, String(aheadMs)),
		});
		writeFileSync(this.#clock, '0');
	}
}

/** The end of a process, which whoever waits for it is told of. */
function newDeath(): { readonly told: Promise<'died'>; readonly tell: () => void } {
	let tell = (): void => undefined;
	const told = new Promise<'died'>((resolve) => (tell = () => resolve('died')));
	return { told, tell };
}

interface Sent {
	readonly workflow: Reference;
	readonly path: string;
	readonly people: readonly number[];
	readonly left: (one: Left) => void;
}

async function sendTo(session: N8nSession, { workflow, path, people, left }: Sent): Promise<'all left'> {
	const before = await session.executionIds(workflow);
	await session.call(path, { people: people.map((id) => ({ id, name: `Person ${String(id)}.` })) });
	const execution = await session.ended(await session.newExecution(workflow, before), ENDED_TIMEOUT_MS);
	for (const [output, route] of [
		[0, 'result'],
		[1, 'fallback'],
	] as const)
		for (const { json } of outputOf(execution, 'LLM Action', output))
			left({ person: String(json['id']), route, reason: json.llmCredits?.reason ?? '', message: json.llmCredits?.message ?? null });
	return 'all left';
}

/** What fails because the host is dead is no failure. */
function diedOr(isDead: () => boolean): (error: unknown) => 'died' {
	return (error) => {
		if (isDead()) return 'died';
		throw error;
	};
}

async function credentialsFor(
	session: N8nSession,
	{ ledger, provider }: { readonly ledger: string; readonly provider: string },
): Promise<Record<string, Reference>> {
	return {
		...(await session.credential('llmCreditsLedgerApi', { ...connectionTo(ledger), account: 'default', timeZone: 'Europe/Berlin' })),
		...(await session.credential('llmCreditsProviderApi', {
			service: 'custom',
			baseUrl: provider,
			apiKey: 'sk-never-to-be-seen',
			moreSettings: true,
			pricing: 'own',
			prices: PRICES,
		})),
	};
}

function llmAction(credentials: Record<string, Reference>): Parameters<typeof workflowOf>[1][number] {
	return {
		name: 'LLM Action',
		type: `${PREFIX}.llmAction`,
		credentials,
		parameters: {
			model: { __rl: true, mode: 'id', value: MODEL },
			prompt: '=Write to {{ $json.name }}',
			attributes: { values: [{ name: 'message', type: 'text', description: 'The message', details: '', fallback: 'News for you' }] },
			options: {
				reservation: 'fixed',
				reservationCredits: '1',
				maxOutputTokens: 100,
				concurrency: 8,
				idempotencyKey: '={{ "spring-" + $json.id }}',
			},
			time: { maxAttempts: 2, timeoutSeconds: 3, waitForCreditsSeconds: 3 },
		},
	};
}
