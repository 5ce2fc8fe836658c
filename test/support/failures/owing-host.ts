/** A process that has three calls in flight, answers them at SIGUSR2, and ends. Arguments: the ledger, its folder. */
import { callsInFlight } from './calls-in-flight';

async function owe([place = '', folder = '']: readonly string[]): Promise<void> {
	const flight = await callsInFlight({ place, folder, count: 3 });
	process.once('SIGUSR2', () => {
		void flight.answer().then((results) => {
			process.stdout.write(`${String(results.filter(({ route }) => route === 'result').length)} left by result\n`);
			process.exit(0);
		});
	});
	process.stdout.write('in flight\n');
}

void owe(process.argv.slice(2));
