/**
 * What becomes of an agent when the last login of its user ends. Where logind ends all that a login leaves behind
 * (KillUserProcesses, logind.conf(5)), the agent is started in the user's own manager (systemd-run(1)), and that stays
 * as long as the user lingers (loginctl(1)). To linger is the user's own to say, without root (set-self-linger of
 * logind's polkit actions), and changes the host outside labsweep's folder: it is left to the person.
 */
import { z } from 'zod';

/**
 * - `kept`: nobody ends it
 * - `moved`: it is in the user's own manager, which stays
 * - `ended`: it goes with the last login
 */
export const leftBehindSchema = z.enum(['kept', 'moved', 'ended']).catch('kept');

/** For a person: what an agent that goes with the last login means, and the remedy. */
export const endsWithLogin = (user: string): string =>
  'logind ends there what a login leaves behind (KillUserProcesses), and so its trials end with the connection; ' +
  `run there, once: loginctl enable-linger ${user}`;
