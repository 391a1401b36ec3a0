import { asCluster } from './cluster.ts';
import { asAssociationChange, asDirectAssociation } from './control.ts';
import type { Control } from './control.ts';
import { asFault, asOperation } from './faults.ts';
import { answer, refusal } from './reply.ts';
import type { Reply } from './reply.ts';
import type { RawRequest } from './serve.ts';
import { parseJson, ShapeError } from './shape.ts';
import { asRole } from './world.ts';

/** Prefix of the control API's paths. EKS uses no path with it. */
export const controlPrefix = '/_simulator/';

/** A route of the control API; `body` parses the JSON of a POST. */
type Route = (control: Control, query: URLSearchParams, body: () => unknown) => object;

/** A route for one association; `body` parses the JSON of a PATCH. Null for an unknown id. */
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
    association: control.createAssociation(asDirectAssociation(body())),
  }),
  'GET clusters': (control) => ({ clusters: control.clusters() }),
  'POST clusters': (control, _query, body) => {
    const cluster = asCluster(body(), 'cluster');
    control.addCluster(cluster);
    return { cluster };
  },
  'DELETE clusters': (control, _query, body) => {
    const { accountId, region, clusterName } = asCluster(body(), 'cluster');
    return { deleted: control.deleteCluster({ accountId, region, clusterName }) };
  },
  'GET roles': (control) => ({ roles: control.roles() }),
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

/**
 * Answers a request to the control API, which needs no signature: 400 for invalid input, 404 for an
 * unknown route.
 */
export function serveControl(control: Control, { method, url, body }: RawRequest): Reply {
  if (typeof body !== 'string') return body;
  const [path = '', query = ''] = url.slice(controlPrefix.length).split('?');
  try {
    const json = () => parseJson(body, 'the request body');
    const [, id] = /^associations\/([^/]+)$/.exec(path) ?? [];
    const associationRoute = associationRoutes[method];
    if (id !== undefined && associationRoute) {
      const done = associationRoute(control, id, json);
      return done ? answer(done) : notFound(`Association ${id} does not exist`);
    }
    const route = routes[`${method} ${path}`];
    if (!route) return notFound(`${method} ${url} does not exist. Under ${controlPrefix}: ${known.join(', ')}`);
    return answer(route(control, new URLSearchParams(query), json));
  } catch (error) {
    if (error instanceof ShapeError) return refusal(400, 'BadRequest', error.message);
    throw error;
  }
}

function notFound(message: string): Reply {
  return refusal(404, 'NotFound', message);
}
