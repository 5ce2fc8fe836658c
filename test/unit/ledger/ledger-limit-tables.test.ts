/** Alerts, budgets, floors, shadow mode, refunds and the precedence of refusals as tables, in memory. */
import { describeRules } from '../../support/model/rule-tables/all';

describeRules();
