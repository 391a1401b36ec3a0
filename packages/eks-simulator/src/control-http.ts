import { asAssociationChange, asOutsiderAssociation } from './control.ts';
import type { Control } from './control.ts';
import { asFault, asOperation } from './faults.ts';
import { answer, refusal } from './reply.ts';
import type { Reply } from './reply.ts';
import type { RawRequest } from './serve.ts';
import { parseJson, ShapeError } from './shape.ts';
import { asRole } from './world.ts';

/** Path under which the simulator itself is steered; EKS has nothing there. */
export const controlPrefix = '/_simulator/';

/** One thing to do over HTTP; `body` is the JSON of a POST. */
type Route = (control: Control, query: URLSearchParams, body: () => unknown) => object;

/** One thing to do to an association; `body` is the JSON of a PATCH. Null when there is none with this id. */
type AssociationRoute = (control: Control, associationId: string, body: () => unknown) => object | null;

const routes: Readonly<Record<string, Route>> = {
  'GET faults': (control) => ({ faults: control.pendingFaults() }),
  'POST faults': (control, _query, body) => {
    const fault = asFault(body());
    control.addFault(fault);
    return { fault };
  },
  'DELETE faults': (control) => {
    control.clearFaults();
    return {};
  },
  'GET requests': (control, query) => {
    const operation = query.get('operation');
    return { requests: control.requests(operation === null ? undefined : asOperation(operation, 'operation')) };
  },
  'DELETE requests': (control) => {
    control.clearRequests();
    return {};
  },
  'GET associations': (control) => ({ associations: control.associations() }),
  'POST associations': (control, _query, body) => ({
    association: control.createAssociation(asOutsiderAssociation(body())),
  }),
  'POST roles': (control, _query, body) => {
    const role = asRole(body(), 'role');
    control.addRole(role);
    return { role };
  },
};

const associationRoutes: Readonly<Record<string, AssociationRoute>> = {
  PATCH: (control, associationId, body) => {
    const association = control.updateAssociation(associationId, asAssociationChange(body()));
    return association && { association };
  },
  DELETE: (control, associationId) => (control.deleteAssociation(associationId) ? {} : null),
};

const known = [...Object.keys(routes), ...Object.keys(associationRoutes).map((method) => `${method} associations/ID`)];

/** Answers a request under `/_simulator/`: 400 says what is wrong with it, 404 what there is. Needs no signature. */
export function serveControl(control: Control, { method, url, body }: RawRequest): Reply {
  if (typeof body !== 'string') return body;
  const [path = '', query = ''] = url.slice(controlPrefix.length).split('?');
  try {
    const json = () => parseJson(body, 'the request body');
    const [, id] = /^associations\/([^/]+)$/.exec(path) ?? [];
    const associationRoute = associationRoutes[method];
    if (id !== undefined && associationRoute) {
      const done = associationRoute(control, id, json);
      return done ? answer(done) : notThere(`There is no association ${id}`);
    }
    const route = routes[`${method} ${path}`];
    if (!route) return notThere(`There is no ${method} ${url}. There are: ${known.join(', ')}`);
    return answer(route(control, new URLSearchParams(query), json));
  } catch (error) {
    if (error instanceof ShapeError) return refusal(400, 'BadRequest', error.message);
    throw error;
  }
}

function notThere(message: string): Reply {
  return refusal(404, 'NotFound', message);
}
