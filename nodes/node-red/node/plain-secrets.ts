/** What is said of a password in a field that is exported with the flow. The same in the dialogs and at run time; needs no Node-RED. */
import { LEDGER, PROVIDER } from '../../../lib/params/connection';
import type { Param } from '../../../lib/params/param';
import { secretInPlace, secretInUrl, type PlainSecret } from '../../../lib/params/plain-secret';

interface Field {
	readonly find: (text: string) => PlainSecret | null;
	/** Where it belongs. */
	readonly mend: Readonly<Record<PlainSecret, string>>;
}

const WHOLE_ADDRESS = 'Write the whole address under PostgreSQL URL, which Node-RED keeps apart from the flow, and leave this empty';
const FIELDS: Readonly<Record<string, Field>> = {
	[`${PROVIDER.type}.baseUrl`]: {
		find: secretInUrl,
		mend: {
			login: 'Write user:password under Base URL Login, which Node-RED keeps apart from the flow, and the address here without it',
			parameter:
				'Write a key under API Key or Extra Header Value, which Node-RED keeps apart from the flow, and the address here without what follows the ?',
		},
	},
	[`${PROVIDER.type}.proxyUrl`]: {
		find: secretInUrl,
		mend: {
			login: 'Write user:password under Proxy Login, which Node-RED keeps apart from the flow, and the address here without it',
			parameter: 'Write user:password under Proxy Login, and the address here without what follows the ?',
		},
	},
	[`${LEDGER.type}.path`]: { find: secretInPlace, mend: { login: WHOLE_ADDRESS, parameter: WHOLE_ADDRESS } },
};

/** Why a value must not stand in this field, without repeating it; `null` where it may. */
export function plainSecretMessage(type: string, param: Param, value: unknown): string | null {
	const field = FIELDS[`${type}.${param.name}`];
	const found = typeof value === 'string' ? field?.find(value) : undefined;
	if (!field || !found) return null;
	const what = found === 'login' ? 'a password or a user name' : 'a password or a key';
	return `${param.label} holds ${what}, which would be exported with the flow. ${field.mend[found]}.`;
}
