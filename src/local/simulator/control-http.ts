import { asOutsiderAssociation } from './control.ts';
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

/** Answers a request under `/_simulator/`: 400 says what is wrong with it, 404 what there is. Needs no signature. */
export function serveControl(control: Control, { method, url, body }: RawRequest): Reply {
  if (typeof body !== 'string') return body;
  const [path = '', query = ''] = url.slice(controlPrefix.length).split('?');
  try {
    const [collection, id, ...more] = path.split('/');
    if (method === 'DELETE' && collection === 'associations' && id && more.length === 0) {
      return control.deleteAssociation(id) ? answer({}) : notThere(`There is no association ${id}`);
    }
    const route = routes[`${method} ${path}`];
    if (!route) return notThere(`There is no ${method} ${url}. There are: ${Object.keys(routes).join(', ')}`);
    return answer(route(control, new URLSearchParams(query), () => parseJson(body, 'the request body')));
  } catch (error) {
    if (error instanceof ShapeError) return refusal(400, 'BadRequest', error.message);
    throw error;
  }
}

function notThere(message: string): Reply {
  return refusal(404, 'NotFound', message);
}
