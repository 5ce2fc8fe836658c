/** Owns the commands that take back what was done: refunds of calls, and voids of grants. */
import type { Command } from 'commander';
import { grantId, holdId, type GrantState } from '../../../core/nouns/records';
import type { Slice } from '../../../core/nouns/movement';
import { parseCredits, type Micro } from '../../../core/values/money';
import { refundDocument, refundSplit, type Refunded } from '../../../engine/administration/refund-documents';
import { grantedDocument } from '../../../engine/report/grant-documents';
import { holdDocument } from '../../../engine/report/hold-list';
import { withNames } from '../../../engine/report/person-names';
import { systemClock } from '../../../runtime/system';
import { unlessRefused } from '../../console/failure';
import { credits } from '../../console/format';
import { keyOf, numberOfId } from '../../console/options';
import type { Output } from '../../console/output';
import { readLedger, type CommonOptions } from '../../console/session';

interface RefundOptions extends CommonOptions {
	readonly hold?: string;
	readonly credits?: string;
	readonly renew?: boolean;
	readonly key?: string;
}

interface VoidOptions extends CommonOptions {
	readonly grant?: string;
	readonly key?: string;
}

type Work<O> = (options: O, output: Output) => Promise<void>;

/** `refund`. */
async function refund(options: RefundOptions, output: Output): Promise<void> {
	const holdSeq = numberOfId(options.hold, { option: '--hold <id>', letter: 'h', list: 'llm-credits holds' });
	const amountMicro = options.credits === undefined ? null : parseCredits(options.credits, { field: '--credits', min: 1n });
	const key = keyOf(options);
	await readLedger(options, async ({ ledger, store }) => {
		const refunded = await unlessRefused(ledger.refund({ holdSeq, amountMicro, renews: options.renew === true, key }));
		const [hold = refunded.hold] = await withNames(store, options.account, [refunded.hold]);
		const document = { account: options.account, ...refundDocument(refunded, systemClock()), hold: holdDocument(hold) };
		output.answer(document, () => refundText(refunded));
	});
}

/** `void`. */
async function voidGrant(options: VoidOptions, output: Output): Promise<void> {
	const grantSeq = numberOfId(options.grant, { option: '--grant <id>', letter: 'g', list: 'llm-credits balance' });
	const key = keyOf(options);
	await readLedger(options, async ({ ledger }) => {
		const { grant, availableMicro, isReplayed } = await unlessRefused(ledger.voidGrant({ grantSeq, key }));
		const document = grantedDocument(grant, { availableMicro, isReplayed, nowMs: systemClock() });
		output.answer({ account: options.account, ...document }, () => voidText(grant, { availableMicro, isReplayed }));
	});
}

/** Adds the two commands to `program`. */
export function describeReturnCommands(
	program: Command,
	run: <O extends CommonOptions>(work: Work<O>) => (this: Command) => Promise<void>,
): void {
	program
		.command('refund')
		.description('give the credits of a settled call back: overdraft is repaid first, then they return to the grants that paid, last first')
		.option('--hold <id>', 'the call, such as h12: llmCredits.holdId of its item')
		.option('--credits <n>', 'how many; without it, all that was not refunded yet')
		.option('--renew', 'what came from grants that have ended comes back as a new grant, instead of being forfeited')
		.option('--key <key>', 'idempotency key: the same key again refunds nothing')
		.action(run(refund));
	program
		.command('void')
		.description('take back what a grant has left; calls under way keep what they hold of it')
		.option('--grant <id>', 'the grant, such as g3')
		.option('--key <key>', 'idempotency key: the same key again changes nothing')
		.action(run(voidGrant));
}

function refundText(refunded: Refunded): string {
	const { hold, renewed, refund: body, availableMicro, isReplayed } = refunded;
	const { amountMicro, repaidMicro, restoredMicro, renewedMicro, forfeitedMicro } = refundSplit(refunded);
	const parts = [
		...(repaidMicro > 0n ? [`  ${credits(repaidMicro)} repaid overdraft`] : []),
		...(restoredMicro > 0n ? [`  ${credits(restoredMicro)} went back: ${body.restored.map(sliceText).join(', ')}`] : []),
		...(renewedMicro > 0n
			? [`  ${credits(renewedMicro)} came back as ${renewed ? `the new grant ${grantId(renewed.seq)}` : 'a new grant'}`]
			: []),
		...(forfeitedMicro > 0n ? [`  ${credits(forfeitedMicro)} are forfeited, because their grant has ended`] : []),
	];
	const done = isReplayed ? 'This was already done under the same key; nothing was refunded now. It was: ' : '';
	const cost = hold.actualMicro ?? 0n;
	return [
		`${done}${credits(amountMicro)} credits of ${holdId(hold.seq)} refunded.`,
		...parts,
		`Of its ${credits(cost)} credits, ${credits(cost - hold.refundedMicro)} are left to refund.`,
		`Available now: ${credits(availableMicro)} credits.`,
	].join('\n');
}

function sliceText({ grantSeq, amountMicro }: Slice): string {
	return `${credits(amountMicro)} to ${grantId(grantSeq)}`;
}

function voidText(
	{ seq, voidedMicro, heldMicro }: GrantState,
	{ availableMicro, isReplayed }: { availableMicro: Micro; isReplayed: boolean },
): string {
	return [
		`Grant ${grantId(seq)} ${isReplayed ? 'was void already' : 'is void'}: ${credits(voidedMicro)} credits of it are forfeited.`,
		...(heldMicro > 0n ? [`${credits(heldMicro)} are held by calls under way, which may still spend them.`] : []),
		`Available now: ${credits(availableMicro)} credits.`,
	].join('\n');
}
