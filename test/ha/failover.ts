// `npm run test:failover`: two services behind HAProxy, on a PostgreSQL cluster of three nodes under Patroni
// and etcd, all on this machine. It restarts one service after the other and then kills the primary several
// times, while buyers place orders. At the end every answer is compared with the database.
import { randomInt } from 'node:crypto';
import { Cluster } from './support/cluster.js';
import { failOver } from './support/fail-over.js';
import { servesAt, Service, serviceVariables, startHaproxy } from './support/front.js';
import { needPackages } from './support/packages.js';
import { readOptions } from './support/options.js';
import { restartOneByOne } from './support/rolling-restart.js';
import { perform } from './support/stage.js';
import { auditOf, judged } from './support/verdicts.js';

const { clients, failovers, restarts } = readOptions(process.argv.slice(2));

/** Loopback addresses that are probably unused, one for each simulated machine. */
function chooseAddresses() {
  const [b, c] = [randomInt(100, 200), randomInt(256)];
  const at = (d: number) => `127.${b}.${c}.${d}`;
  return { proxy: at(1), services: [at(11), at(12)], nodes: [at(21), at(22), at(23)] } as const;
}

await perform(
  async (stage) => {
    needPackages('haproxy', 'patroni', 'etcd-server', 'postgresql');
    const { proxy, services: serviceAddresses, nodes } = chooseAddresses();
    const url = `http://${proxy}:8000`;

    stage.tell('starting three nodes of etcd, Patroni and PostgreSQL');
    const cluster = new Cluster(stage, nodes);
    await cluster.start();
    stage.tell('starting HAProxy and two services');
    startHaproxy(stage, { address: proxy, services: serviceAddresses, nodes });
    const databaseUrl = await cluster.createDatabase(proxy);
    const variables = serviceVariables({ databaseUrl, proxy });
    const services = serviceAddresses.map(
      (address, index) => new Service(stage, { name: `service-${index + 1}`, address, variables }),
    );
    await Promise.all(services.map((service) => service.start()));
    await servesAt(stage, url);

    const drill = { stage, url, clients, databaseUrl, cluster, services };
    const verdicts = [
      ...(restarts > 0 ? [await restartOneByOne({ ...drill, rounds: restarts })] : []),
      ...(failovers > 0 ? [await failOver({ ...drill, rounds: failovers })] : []),
      await auditOf(databaseUrl),
    ];
    return judged(stage, verdicts);
  },
  { minutesMax: 15 },
);
