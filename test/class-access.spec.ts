import { describe, expect, it } from '@jest/globals';
import { BrokenBuild } from './support/broken-build.js';
import { ServiceProcess } from './support/service-process.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const USERS = 'auth/users.controller.js';
const ROLE = / {4}Roles\('admin'\),\n/;

/** The controller of users with one role on the class and another one on its first route. */
const onClass = [
  { file: USERS, pattern: ROLE, replacement: "    Roles('customer'),\n" },
  { file: USERS, pattern: new RegExp(ROLE, 'g'), replacement: '' },
  { file: USERS, pattern: /Controller\('users'\),/, replacement: "$& Roles('admin')," },
];

// Guarantees that access rules may stand on a controller class, and that none of them is ignored.
describe('the roles of a controller', () => {
  it('apply to all of its routes, except to a route with its own rule', async () => {
    const build = await BrokenBuild.make(...onClass);
    const variables = { DATABASE_URL: given.database.url };
    const service = await ServiceProcess.start(variables, undefined, { main: build.main });
    const [admin, customer] = [await given.admin(), await given.customer()];
    const callers = [admin, customer].map((person) => given.clientOf(service, person));

    const paths = ['/users', `/users/${customer.id}`];
    const statuses = await Promise.all(
      paths.map((path) => Promise.all(callers.map(async (client) => (await client.get(path)).status))),
    );
    await service.stop();
    await build.remove();

    expect(statuses).toEqual([
      [403, 200],
      [200, 403],
    ]);
  });

  it('are required if its routes have no rule; without any, the service does not start', async () => {
    const undecided = { file: USERS, pattern: new RegExp(ROLE, 'g'), replacement: '' };
    const build = await BrokenBuild.make(undecided);
    const service = ServiceProcess.launch({ DATABASE_URL: given.database.url }, undefined, {
      main: build.main,
    });

    expect((await service.exited).code).toBe(1);
    await build.remove();
    expect(service.output).toMatch(/do not say who may call them: UsersController\.list/);
  });
});
