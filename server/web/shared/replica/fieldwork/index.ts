/** The rules of everything a technician may change. */
import type { Rules, RulesByType } from "../rules";
import { CustomerRules } from "./customer";
import { JobRules } from "./job";

export const TECHNICIANS_RULES: RulesByType = new Map<string, Rules>([
  ["job", new JobRules()],
  ["customer", new CustomerRules()],
]);
