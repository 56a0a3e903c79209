/** Says claims in a folder, looks at those of others once a second, and prints what it hears. Ends with its input. */
import { AgentLog } from '../../../src/worker/agent-log.ts';
import { Claims } from '../../../src/worker/claims/claims.ts';

const [folder = '', gpuBytes = '0'] = process.argv.slice(2);
const claims = new Claims({
  folder,
  agent: `/home/${process.getuid?.() ?? 0}/.labsweep`,
  bootId: 'boot',
  shownOf: () => ({ gpuBytes: 0, hostBytes: 0 }),
  mostOf: () => ({ gpuBytes: 24e9, hostBytes: 64e9 }),
  log: new AgentLog('/dev/null'),
});
const claim = { device: 'GPU-0', gpuBytes: Number(gpuBytes), hostBytes: 0, announcedAt: null, process: null };
if (claim.gpuBytes > 0) claims.say([claim]);
const look = (): void => void process.stdout.write(`${JSON.stringify(claims.look())}\n`);
look();
setInterval(look, 500);
process.stdin.resume().on('end', () => process.exit());
