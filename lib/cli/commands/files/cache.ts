/** Owns the commands for answers that are kept for identical requests: what there is, what it saved, removing it, how much is kept. */
import type { Command } from 'commander';
import type { CacheLimits } from '../../../core/nouns/profile';
import { formatCredits, sumMicro } from '../../../core/values/money';
import { toIso } from '../../../core/values/time';
import { answerReport, type AnswerReport } from '../../../engine/report/answer-report';
import { unlessRefused } from '../../console/failure';
import { alignedCredits, count, counted, credits, dollars, localTime } from '../../console/format';
import { keyOf, wholeNumber } from '../../console/options';
import type { Output } from '../../console/output';
import { table } from '../../console/table';
import { readLedger, type CommonOptions } from '../../console/session';

interface CacheOptions extends CommonOptions {
	readonly campaign?: string;
	readonly node?: string;
	readonly answers?: string;
	readonly megabytes?: string;
	readonly key?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

const BYTES_PER_MEGABYTE = 1_000_000;
const MAX_ANSWERS = 1_000_000;
const MAX_MEGABYTES = 100_000;

/** `cache show`. */
async function showCache(options: CommonOptions, output: Output): Promise<void> {
	await readLedger(options, async ({ ledger, store }) => {
		const { account } = await ledger.profile.read();
		const report = answerReport(await store.answers.summary(account.id));
		const document = {
			account: account.id,
			limits: account.settings.cacheLimits,
			answers: report.answers,
			bytes: report.bytes,
			groups: report.groups.map(({ oldestAtMs, newestAtMs, ...group }) => ({
				...group,
				oldest: toIso(oldestAtMs),
				newest: toIso(newestAtMs),
			})),
			saved: report.savings.map(({ savedMicro, ...saving }) => ({ ...saving, credits: formatCredits(savedMicro) })),
		};
		output.answer(document, () =>
			[...groupText(report, account.timeZone), limitText(account.settings.cacheLimits), ...savingText(report)].join('\n\n'),
		);
	});
}

/** `cache clear`. */
async function clearCache({ campaign, node, ...options }: CacheOptions, output: Output): Promise<void> {
	await readLedger(options, async ({ store }) => {
		const which = { ...(campaign === undefined ? {} : { campaign }), ...(node === undefined ? {} : { node }) };
		const removed = await store.answers.clear(options.account, which);
		output.answer({ account: options.account, ...which, removed }, () => `${counted(removed, 'answer', 'answers')} removed.`);
	});
}

/** `cache limit`: what is not given stays as it is. */
async function limitCache(options: CacheOptions, output: Output): Promise<void> {
	const maxAnswers = wholeNumber(options.answers, { option: '--answers', min: 0, max: MAX_ANSWERS });
	const megabytes = wholeNumber(options.megabytes, { option: '--megabytes', min: 0, max: MAX_MEGABYTES });
	const key = keyOf(options);
	await readLedger(options, async ({ ledger, store }) => {
		const before = (await ledger.profile.read()).account.settings.cacheLimits;
		const limits = {
			maxAnswers: maxAnswers ?? before.maxAnswers,
			maxBytes: megabytes === null ? before.maxBytes : megabytes * BYTES_PER_MEGABYTE,
		};
		const { account, isReplayed } = await unlessRefused(ledger.changeProfile({ kind: 'set_cache_limits', key, limits }));
		const removed = await store.answers.trim(account.id, account.settings.cacheLimits);
		output.answer({ account: account.id, limits: account.settings.cacheLimits, removed, replayed: isReplayed }, () =>
			[
				...(isReplayed ? ['This was already done under the same key; nothing was changed now.'] : []),
				limitText(account.settings.cacheLimits),
				...(removed > 0 ? [`${counted(removed, 'answer', 'answers')} beyond that removed.`] : []),
			].join('\n'),
		);
	});
}

/** Adds `cache` to `program`. */
export function describeCacheCommands(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	const cache = program.command('cache').description('answers kept for identical requests, where a node reuses answers');
	cache.command('show').description('show what is kept, and which calls it saved').action(run(showCache));
	cache
		.command('clear')
		.description('remove kept answers: all of the account, or those of a campaign or node')
		.option('--campaign <name>', 'only answers of calls for this campaign')
		.option('--node <name>', 'only answers of calls by this node')
		.action(run(clearCache));
	cache
		.command('limit')
		.description('set how much is kept at most; the least recently used go first')
		.option('--answers <n>', 'how many answers; 0 keeps none')
		.option('--megabytes <n>', 'how large they are together')
		.option('--key <key>', 'idempotency key: the same key again changes nothing')
		.action(run(limitCache));
}

function groupText({ groups, answers, bytes }: AnswerReport, timeZone: string): string[] {
	if (groups.length === 0) return ['No answer is kept.'];
	const rows = groups.map((group) => [
		group.campaign,
		group.node,
		count(group.answers),
		count(group.bytes),
		localTime(group.oldestAtMs, timeZone),
		localTime(group.newestAtMs, timeZone),
	]);
	const numbers = ['answers', 'bytes'].map((title) => ({ title, align: 'right' as const }));
	return [
		table([{ title: 'campaign' }, { title: 'node' }, ...numbers, { title: 'oldest' }, { title: 'newest' }], rows),
		`${counted(answers, 'answer is', 'answers are')} kept, ${count(bytes)} bytes. Times are those of ${timeZone}.`,
	];
}

function limitText({ maxAnswers, maxBytes }: CacheLimits): string {
	if (maxAnswers === 0 || maxBytes === 0) return 'No answers are kept for identical requests.';
	return `At most ${count(maxAnswers)} answers of ${count(maxBytes)} bytes together are kept.`;
}

function savingText({ savings }: AnswerReport): string[] {
	const byCampaign = new Map<string, { calls: number; savedMicro: bigint }>();
	for (const { campaign, calls, savedMicro } of savings) {
		const before = byCampaign.get(campaign) ?? { calls: 0, savedMicro: 0n };
		byCampaign.set(campaign, { calls: before.calls + calls, savedMicro: before.savedMicro + savedMicro });
	}
	if (byCampaign.size === 0) return [];
	const rows = [...byCampaign];
	const saved = alignedCredits(rows.map(([, { savedMicro }]) => savedMicro));
	const totalMicro = sumMicro(rows.map(([, { savedMicro }]) => savedMicro));
	return [
		table(
			[{ title: 'campaign' }, { title: 'calls saved', align: 'right' }, { title: 'credits saved', align: 'right' }],
			rows.map(([campaign, { calls }], index) => [campaign, count(calls), saved[index] ?? '']),
		),
		`Going by what the answers cost, ${credits(totalMicro)} credits (${dollars(totalMicro)}) were saved.`,
	];
}
