/** Owns the examples that the help of each command ends with. Every command has one; a test runs through them. */

/** Lines to try, by the words of the command; `''` is the program itself. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
	'': [
		'llm-credits grant --ledger ledger.db --credits 100000 --expires-in-days 90',
		'llm-credits balance --ledger ledger.db',
		'LLM_CREDITS_LEDGER=ledger.db llm-credits usage --by campaign,day',
	],
	'account open': ['llm-credits account open --ledger ledger.db --account shop --name "Web shop" --time-zone Europe/Berlin'],
	'account show': ['llm-credits account show --ledger ledger.db --account shop'],
	'account list': ['llm-credits account list --ledger ledger.db --json'],
	'account set': [
		'llm-credits account set --ledger ledger.db --account shop --plan paid',
		'llm-credits account set --ledger ledger.db --unconfirmed release',
	],
	'admin-key set': [
		'llm-credits admin-key set --ledger ledger.db --new-key-file admin.key',
		'llm-credits admin-key set --ledger ledger.db --admin-key-file admin.key --new-key-file next.key',
	],
	'admin-key remove': ['llm-credits admin-key remove --ledger ledger.db --admin-key-file admin.key'],
	changes: ['llm-credits changes --ledger ledger.db', 'llm-credits changes --ledger ledger.db --limit 200 --json'],
	grant: [
		'llm-credits grant --ledger ledger.db --credits 100000 --expires-in-days 90 --note "Introductory credits"',
		'llm-credits grant --ledger ledger.db --credits 2500 --category adjustment --key ticket-4711',
		'llm-credits grant --ledger ledger.db --credits 50000 --effective-at 2027-01-01 --expires-at 2027-04-01',
	],
	purchase: [
		'llm-credits purchase --ledger ledger.db --packs 2 --key invoice-2026-0042',
		'llm-credits purchase --ledger ledger.db --credits 200000',
	],
	promote: ['llm-credits promote --ledger ledger.db --account shop'],
	balance: ['llm-credits balance --ledger ledger.db', 'llm-credits balance --ledger ledger.db --json | jq -r .available'],
	usage: [
		'llm-credits usage --ledger ledger.db --by model',
		'llm-credits usage --ledger ledger.db --by campaign,day --from 2026-11-01 --until 2026-11-30',
	],
	verify: ['llm-credits verify --ledger ledger.db', 'llm-credits verify --ledger ledger.db --json'],
	'budget set': [
		'llm-credits budget set --ledger ledger.db --name spring --scope campaign --value spring-sale --period total --credits 50000',
		'llm-credits budget set --ledger ledger.db --name "per person" --scope person --period month --credits 40',
		'llm-credits budget set --ledger ledger.db --name "all, each day" --scope account --period day --credits 20000',
	],
	'budget list': ['llm-credits budget list --ledger ledger.db', 'llm-credits budget list --ledger ledger.db --json | jq .budgets'],
	'budget remove': ['llm-credits budget remove --ledger ledger.db --name spring'],
	'floor set': ['llm-credits floor set --ledger ledger.db --name valuable --label segment --exempt vip,loyal --credits 10000'],
	'floor list': ['llm-credits floor list --ledger ledger.db'],
	'floor remove': ['llm-credits floor remove --ledger ledger.db --name valuable'],
	mode: [
		'llm-credits mode --ledger ledger.db',
		'llm-credits mode shadow --ledger ledger.db',
		'llm-credits mode enforce --ledger ledger.db',
	],
	freeze: [
		'llm-credits freeze --ledger ledger.db',
		'llm-credits freeze --ledger ledger.db --account shop --reason "A campaign that nobody planned"',
	],
	thaw: ['llm-credits thaw --ledger ledger.db --admin-key-file admin.key'],
	forget: [
		'llm-credits forget --ledger ledger.db --person customer-4711',
		'llm-credits forget --ledger ledger.db --person customer-4711 --admin-key-file admin.key --json',
	],
	'text set': [
		'llm-credits text set compliance --ledger ledger.db --file compliance.txt',
		'llm-credits text set brand_voice --ledger ledger.db --file brand-voice.md --admin-key-file admin.key',
	],
	'text list': ['llm-credits text list --ledger ledger.db'],
	'text show': ['llm-credits text show compliance --ledger ledger.db > compliance.txt'],
	'text remove': ['llm-credits text remove brand_voice --ledger ledger.db'],
	languages: ['llm-credits languages --ledger ledger.db', 'llm-credits languages en de pt-BR --ledger ledger.db'],
	'prices show': [
		'llm-credits prices show --ledger ledger.db --model gpt-4.1-mini',
		'llm-credits prices show --ledger ledger.db --provider anthropic --at 2026-06-30',
		'llm-credits prices show --ledger ledger.db --hold h12',
	],
	'prices diff': ['llm-credits prices diff --ledger ledger.db', 'llm-credits prices diff --ledger ledger.db --with new-prices.json --json'],
	'prices update': ['llm-credits prices update --ledger ledger.db', 'llm-credits prices update --ledger ledger.db --from new-prices.json'],
	'prices pin': ['llm-credits prices pin current --ledger ledger.db', 'llm-credits prices pin none --ledger ledger.db'],
	'cache show': ['llm-credits cache show --ledger ledger.db', 'llm-credits cache show --ledger ledger.db --json | jq .saved'],
	'cache clear': ['llm-credits cache clear --ledger ledger.db --campaign spring-sale', 'llm-credits cache clear --ledger ledger.db'],
	'cache limit': ['llm-credits cache limit --ledger ledger.db --answers 50000 --megabytes 200'],
	checks: [
		'llm-credits checks --ledger ledger.db',
		'llm-credits checks --ledger ledger.db --by campaign,gate --from 2026-11-01 --json | jq .rows',
	],
	refund: [
		'llm-credits refund --ledger ledger.db --hold h12',
		'llm-credits refund --ledger ledger.db --hold h12 --credits 2.5 --key complaint-815',
		'llm-credits refund --ledger ledger.db --hold h12 --renew',
	],
	void: ['llm-credits void --ledger ledger.db --grant g3'],
	holds: ['llm-credits holds --ledger ledger.db', 'llm-credits holds --ledger ledger.db --state expired --limit 1000'],
	'alerts list': ['llm-credits alerts list --ledger ledger.db', 'llm-credits alerts list --ledger ledger.db --standing --json'],
	'alerts claim': ['llm-credits alerts claim --ledger ledger.db --reader pager --json | jq -r ".alerts[].text"'],
	'alerts set': [
		'llm-credits alerts set --ledger ledger.db --low 30,10 --expiring 14,3',
		'llm-credits alerts set --ledger ledger.db --drift off',
	],
	reconcile: ['llm-credits reconcile --ledger postgres://me@db.example/credits --from ~/.n8n/llm-credits/outage/3f1c2a9d5b7e8046.db'],
	copy: [
		'llm-credits copy --from ledger.db --to postgres://me@db.example/credits --dry-run',
		'llm-credits copy --from ledger.db --to postgres://me@db.example/credits',
		'llm-credits copy --from postgres://me@db.example/credits --to ledger-2027.db',
		'llm-credits copy --from ledger.db --undo',
	],
	restore: ['llm-credits restore --from backups/ledger-2026-11-21.db --ledger ledger.db'],
	migrate: ['llm-credits migrate --ledger ledger.db', 'llm-credits migrate --ledger postgres://me@db.example/credits --dumped'],
	backup: ['llm-credits backup --ledger ledger.db --to backups/ledger-2026-11-21.db'],
};
