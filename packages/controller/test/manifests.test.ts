import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { renderManifests } from '../render.ts';
import { bindings } from './api-server/kinds.ts';
import type { Stored } from './api-server/store.ts';

const file = join(import.meta.dirname, '../manifests/controller.yaml');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly template: {
      readonly spec: Record<string, unknown> & { readonly containers: readonly Record<string, unknown>[] };
    };
  };
}

const manifests = (text: string) => parseAllDocuments(text).map((one) => one.toJS() as Manifest);

test('the plain manifests are those of the chart with its values', () => {
  const rendered = renderManifests();
  if (process.env.UPDATE_MANIFESTS) writeFileSync(file, rendered);
  expect(readFileSync(file, 'utf8')).toBe(rendered);
  expect(manifests(rendered).map(({ kind }) => kind)).toEqual([
    'CustomResourceDefinition',
    ...[
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'Role',
      'RoleBinding',
      'ClusterRole',
      'ClusterRole',
      'Deployment',
    ],
  ]);
});

test('without pods, the controller has no right to read them', () => {
  expect(renderManifests({ watchPods: false })).not.toContain('[pods]');
  expect(renderManifests()).toContain('[pods]');
});

test('the pod meets the restricted pod security standard', () => {
  const { template } = manifests(renderManifests()).find(({ kind }) => kind === 'Deployment')?.spec ?? {
    template: null,
  };
  expect(template?.spec).toMatchObject({
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  });
  expect(Object.keys(template?.spec ?? {})).not.toContain('volumes');
});

describe('the schema of the resource', () => {
  const faultOf = (spec: object) =>
    bindings.fault?.({
      apiVersion: 'podidentity.gateway.internal/v1alpha1',
      kind: 'PodIdentityBinding',
      metadata: {},
      spec,
    } as Stored);
  const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';

  test.each([
    { serviceAccount: 'api', roleArn },
    {
      serviceAccountPattern: 'worker-*',
      maxServiceAccounts: 50,
      roleArn,
      tags: { team: 'payments' },
      expiresAt: '2030-01-01T00:00:00Z',
    },
  ])('accepts %j', (spec) => {
    expect(faultOf(spec)).toBeNull();
  });

  test.each([
    [{ roleArn }, 'serviceAccount'],
    [{ serviceAccount: 'api', serviceAccountPattern: 'api*', roleArn }, 'oneOf'],
    [{ serviceAccount: 'api' }, 'roleArn'],
    [{ serviceAccountPattern: '*', roleArn }, 'pattern'],
    [{ serviceAccountPattern: 'a*b*', roleArn }, 'pattern'],
    [{ serviceAccountPattern: 'a*', maxServiceAccounts: 51, roleArn }, '50'],
    [{ serviceAccount: 'api', roleArn, deletionPolicy: 'Orphan' }, 'allowed values'],
  ])('rejects %j', (spec, word) => {
    expect(faultOf(spec)).toContain(word);
  });
});
