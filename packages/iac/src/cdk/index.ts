import { fileURLToPath } from 'node:url';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import type { CfnPodIdentityAssociationProps } from 'aws-cdk-lib/aws-eks';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Which gateway a function calls, and as whom. */
export interface PodIdentityFunctionProps {
  /** E.g. `https://abc.execute-api.eu-central-1.amazonaws.com`. */
  readonly gatewayUrl: string;
  /** The id of the gateway's API, in the account of the stack: `abc`. */
  readonly apiId: string;
  /** Region of the gateway; by default that of the stack. */
  readonly apiRegion?: string;
  /** The name of the function's role, by which the inventory of the gateway lists it. */
  readonly roleName: string;
}

/**
 * The function that makes Pod Identity associations through the gateway. Whoever may invoke it has
 * the rights of its role: make one for each team.
 */
export class PodIdentityFunction extends Construct {
  readonly function: Function;

  constructor(scope: Construct, id: string, { gatewayUrl, apiId, apiRegion, roleName }: PodIdentityFunctionProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const api = { service: 'execute-api', resource: apiId, resourceName: '$default/POST/iam/graphql' };
    const resource = stack.formatArn(apiRegion === undefined ? api : { ...api, region: apiRegion });
    const invoke = new PolicyStatement({ actions: ['execute-api:Invoke'], resources: [resource] });
    const role = new Role(this, 'Role', {
      roleName,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { InvokeGateway: new PolicyDocument({ statements: [invoke] }) },
    });
    const logGroup = new LogGroup(this, 'Log', { retention: RetentionDays.ONE_MONTH });
    logGroup.grantWrite(role);
    this.function = new Function(this, 'Function', {
      description: 'Makes Pod Identity associations through the gateway, for infrastructure as code.',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(fileURLToPath(new URL('function', import.meta.url))),
      // The longest wait for an approval is 14 minutes.
      timeout: Duration.minutes(15),
      memorySize: 256,
      environment: { GATEWAY_URL: gatewayUrl },
      role,
      logGroup,
      // Lambda repeats a request that ended without an answer, while CloudFormation waits for one.
      maxEventAge: Duration.hours(1),
    });
  }
}

/** A desired association, as of `AWS::EKS::PodIdentityAssociation`. Without tags, they stay as they are. */
export interface PodIdentityAssociationProps extends CfnPodIdentityAssociationProps {
  /** The function that makes it. */
  readonly provider: PodIdentityFunction;
  /** Where the cluster is; by default where the function is. */
  readonly accountId?: string;
  readonly region?: string;
  readonly expiresAt?: string;
  /** Whether to take over an association that something else made. */
  readonly takeOver?: boolean;
  /** A new text asks anew for an approval that was rejected. */
  readonly attempt?: string;
  readonly reason?: string;
  readonly onBehalfOf?: string;
  /** How long to wait while others have to approve: 0 to 14. */
  readonly waitForApprovalMinutes?: number;
}

/** An EKS Pod Identity association, made through the gateway. */
export class PodIdentityAssociation extends Construct {
  readonly associationId: string;
  readonly associationArn: string;

  constructor(scope: Construct, id: string, { provider, ...properties }: PodIdentityAssociationProps) {
    super(scope, id);
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.function.functionArn,
      resourceType: 'Custom::PodIdentityAssociation',
      pascalCaseProperties: true,
      properties,
    });
    this.associationId = resource.getAttString('AssociationId');
    this.associationArn = resource.getAttString('AssociationArn');
  }
}
