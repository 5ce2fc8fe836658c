import { openPostgresTestLedger } from '../support/postgres';
import { describeStore } from './store-contract';

describeStore('PostgreSQL', (clock) => openPostgresTestLedger({ clock }));
