import { openPostgresTestLedger } from '../support/postgres/postgres';
import { describeBeside } from './beside-contract';
import { describePeople } from './people-contract';
import { describeStore } from './store-contract';

describeStore('PostgreSQL', (clock) => openPostgresTestLedger({ clock }));
describeBeside('PostgreSQL', (clock) => openPostgresTestLedger({ clock }));
describePeople('PostgreSQL', (clock) => openPostgresTestLedger({ clock }));
