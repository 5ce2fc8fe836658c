/** Owns which model answers: the user's own endpoint where the environment names one, otherwise the simulator on this machine. */
import { startSimulator } from './simulator';
import { StartFailure } from './start-failure';

/** The model of a start. */
export interface ModelChoice {
	readonly isSimulated: boolean;
	readonly model: string;
	/** Values of the provider's config node. */
	readonly provider: Readonly<Record<string, string>>;
	/** Credentials of the provider's config node; the key itself stays in the environment. */
	readonly credentials: Readonly<Record<string, string>>;
	/** For people, one line each. */
	readonly description: readonly string[];
	close(): Promise<void>;
}

/** Chooses by OPENAI_API_KEY and OPENAI_BASE_URL. Throws a {@link StartFailure} for an address that is none. */
export async function chooseModel(model: string, environment: NodeJS.ProcessEnv = process.env): Promise<ModelChoice> {
	const key = environment['OPENAI_API_KEY']?.trim() ?? '';
	const baseUrl = environment['OPENAI_BASE_URL']?.trim() ?? '';
	if (key === '' && baseUrl === '') return simulated(model);
	if (baseUrl !== '' && !URL.canParse(baseUrl)) {
		throw new StartFailure('OPENAI_BASE_URL is not an address. Write it as https://llm.example.com/v1.', 2);
	}
	const host = baseUrl === '' ? 'api.openai.com' : new URL(baseUrl).host;
	return {
		isSimulated: false,
		model,
		provider: { service: serviceAt(baseUrl), baseUrl },
		credentials: key === '' ? {} : { apiKey: '${OPENAI_API_KEY}' },
		description: [
			`${model} at ${host}, from your environment${Object.values(LOCAL_SERVICES).includes(serviceAt(baseUrl)) ? ', on this machine; it costs no credits' : '. Its calls may be billed to you'}.`,
		],
		close: () => Promise.resolve(),
	};
}

/** Model servers on this machine are known by their usual port, and are free; anything else may pass calls on to anyone. */
const LOCAL_SERVICES: Readonly<Record<string, string>> = { '11434': 'ollama', '1234': 'lmstudio', '8000': 'vllm' };

function serviceAt(baseUrl: string): string {
	if (baseUrl === '') return 'openai';
	const { hostname, port } = new URL(baseUrl);
	return (['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? LOCAL_SERVICES[port] : undefined) ?? 'custom';
}

/** The provider is described as OpenAI at another address, so that the real prices of the model hold. */
async function simulated(model: string): Promise<ModelChoice> {
	const simulator = await startSimulator();
	return {
		isSimulated: true,
		model,
		provider: { service: 'openai', baseUrl: simulator.baseUrl },
		credentials: { apiKey: 'simulated' },
		description: [
			`SIMULATED ${model}: no OPENAI_API_KEY or OPENAI_BASE_URL is set, so a small server on this machine answers`,
			'with set phrases. Token counts and prices are those of the real model; nobody is charged.',
		],
		close: () => simulator.close(),
	};
}
