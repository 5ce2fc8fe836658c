/**
 * Owns the way from n8n's credentials to an open ledger and a provider: where the ledger file lies, which paths n8n allows, and
 * the tests behind the credential form's button. Refuses to put a secret into any message.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ICredentialsDecrypted, ICredentialTestFunctions, IExecuteFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import type { LedgerAccount } from '../../lib/engine/account/ledger-account';
import { CreditError } from '../../lib/core/values/errors';
import { formatCredits } from '../../lib/core/values/money';
import { LEDGER, LEDGER_PARAMS, PROVIDER, PROVIDER_PARAMS } from '../../lib/params/connection';
import type { ValuesOf } from '../../lib/params/param';
import { readParams } from '../../lib/params/read';
import type { ProviderHandle } from '../../lib/engine/llm-action';
import { createProvider, testProvider as askProvider } from '../../lib/runtime/provider-handle';
import { defaultLedgerPath, isWholePath, placeOf } from '../../lib/runtime/ledger-place';
import type { SpendingAccount } from '../../lib/engine/account/spending-account';
import { leaseSpending, type SpendingLease } from '../../lib/runtime/outage';
import { isServerAddress, leaseLedger, type LedgerLease } from '../../lib/runtime/runtime';
import { isFileAllowed } from './host-interface';

type LedgerValues = ValuesOf<typeof LEDGER_PARAMS>;
type Raw = Readonly<Record<string, unknown>>;

/** The folder in which this n8n keeps its data. */
function n8nFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
	return join(env['N8N_USER_FOLDER'] ?? homedir(), '.n8n');
}

/** A ledger that one execution of a node may use; opened on first use, given back by `release`. */
export interface NodeLedger {
	readonly open: () => Promise<LedgerAccount>;
	/** For spending; goes on while the ledger is away, where the credential allows it. */
	readonly openToSpend: () => Promise<SpendingAccount>;
	readonly release: () => Promise<void>;
}

/** The ledger of the node's credential. Nothing is read or opened before `open`, which rejects with a `CreditError`. */
export function nodeLedger(ctx: IExecuteFunctions): NodeLedger {
	let lease: Promise<LedgerLease> | null = null;
	let spending: Promise<SpendingLease> | null = null;
	const open = async (): Promise<LedgerAccount> => {
		lease ??= openLease(ctx);
		return (await lease).current();
	};
	return {
		open,
		openToSpend: async () => {
			spending ??= settingsOf(ctx).then((settings) => leaseSpending(settings, open, { folder: n8nFolder() }));
			return (await spending).account;
		},
		release: async () => {
			const opened = await Promise.all([lease?.catch(() => null), spending?.catch(() => null)]);
			lease = null;
			spending = null;
			for (const each of opened) await each?.release();
		},
	};
}

async function openLease(ctx: IExecuteFunctions): Promise<LedgerLease> {
	const values = await settingsOf(ctx);
	await refuseBlockedPath(ctx, values);
	const { name, id } = ctx.getWorkflow();
	return leaseLedger({ ...values, actor: `n8n, workflow ${name ?? id ?? 'without a name'}` }, n8nFolder());
}

async function settingsOf(ctx: IExecuteFunctions): Promise<LedgerValues> {
	return readParams(LEDGER_PARAMS, await credentialsOf(ctx, LEDGER.n8nName, 'ledger_unavailable'));
}

/** The provider of the node's credential. Rejects with a `CreditError`. */
export async function nodeProvider(ctx: IExecuteFunctions): Promise<ProviderHandle> {
	const raw = await credentialsOf(ctx, PROVIDER.n8nName, 'provider_misconfigured');
	return createProvider(readParams(PROVIDER_PARAMS, raw));
}

async function credentialsOf(ctx: IExecuteFunctions, type: string, code: 'ledger_unavailable' | 'provider_misconfigured'): Promise<Raw> {
	return ctx.getCredentials(type).catch((cause: unknown) => {
		throw new CreditError(code, `The credential of type ${type} could not be read. Open the node and choose one under Credential.`, {
			cause,
		});
	});
}

/**
 * A path that somebody typed is subject to n8n's file access rules; the usual place is not: nobody chose it, or whoever runs n8n did. What
 * is asked about is what will be opened: without blanks, and with every link resolved as far as it exists.
 */
async function refuseBlockedPath(ctx: IExecuteFunctions, values: LedgerValues): Promise<void> {
	const place = typedPlace(values);
	if (place === null || (await isFileAllowed(ctx, place))) return;
	throw new CreditError(
		'invalid_path',
		`Ledger File is ${values.path.trim()}, where n8n does not let nodes use files. Leave it empty for the usual place, choose a path that N8N_RESTRICT_FILE_ACCESS_TO allows, or let the other host use ${defaultLedgerPath(n8nFolder())}.`,
	);
}

/** The file that the settings name, as it will be opened; `null` for a server and for the usual place. Throws `invalid_path`. */
function typedPlace(values: LedgerValues): string | null {
	if (values.path.trim() === '' && values.postgresUrl.trim() === '') return null;
	const folder = n8nFolder();
	const place = placeOf(values, { folder, environment: process.env });
	return isServerAddress(place) || place === placeOf({ path: '' }, { folder, environment: {} }) ? null : place;
}

/** Opens the ledger of a credential and tells the balance. A typed path is not opened before a node does, because only nodes know n8n's file rules. */
export async function testLedger(this: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
	return answer(async () => {
		const values = readParams(LEDGER_PARAMS, credential.data ?? {});
		const place = typedPlace(values);
		if (place !== null) {
			if (!isWholePath(values.path))
				throw new CreditError('invalid_path', `Ledger File is ${values.path.trim()}. Give the whole path, from the root of the disk.`);
			return `The path is well-formed. A node opens ${place} when it runs, if n8n lets nodes use that folder (N8N_RESTRICT_FILE_ACCESS_TO).`;
		}
		const lease = await leaseLedger(values, n8nFolder());
		try {
			const { availableMicro, account } = await lease.ledger.balance();
			return `${formatCredits(availableMicro)} credits are available on account ${account.name} in ${lease.ledger.location}`;
		} finally {
			await lease.release();
		}
	});
}

/** Asks the provider of a credential whether it is there and takes the key. Costs nothing. */
export async function testProvider(this: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
	return answer(async () => {
		const { isOk, message } = await askProvider(readParams(PROVIDER_PARAMS, credential.data ?? {}));
		if (!isOk) throw new CreditError('provider_misconfigured', message);
		return message;
	});
}

async function answer(test: () => Promise<string>): Promise<INodeCredentialTestResult> {
	try {
		return { status: 'OK', message: await test() };
	} catch (error) {
		return { status: 'Error', message: error instanceof Error ? error.message : String(error) };
	}
}
