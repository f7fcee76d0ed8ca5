import { Observed } from '../common/observation.js';
import type { StockAudit } from './stock.auditor.js';

/** A look at whether the stock adds up. */
export const AUDITS = new Observed<void, StockAudit>();
