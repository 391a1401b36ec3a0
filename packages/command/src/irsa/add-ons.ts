/**
 * The service accounts of EKS add-ons that can use IAM roles, as AWS documents them. The agents of
 * GuardDuty and of the nodes, the snapshot controller, cert-manager and the metrics exporters are
 * not here: their add-ons have no permissions.
 */
const addOns: Readonly<Record<string, string>> = {
  // https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html, which
  // does not name the EFS driver's service account of the nodes.
  'amazon-cloudwatch/cloudwatch-agent': 'amazon-cloudwatch-observability',
  'aws-privateca-issuer/aws-privateca-issuer': 'aws-privateca-connector-for-kubernetes',
  'kube-system/aws-node': 'vpc-cni',
  'kube-system/ebs-csi-controller-sa': 'aws-ebs-csi-driver',
  'kube-system/efs-csi-controller-sa': 'aws-efs-csi-driver',
  'kube-system/fsx-csi-controller-sa': 'aws-fsx-csi-driver',
  'kube-system/s3-csi-driver-sa': 'aws-mountpoint-s3-csi-driver',
  // https://docs.aws.amazon.com/eks/latest/userguide/community-addons.html
  'external-dns/external-dns': 'external-dns',
  'fluent-bit/fluent-bit': 'fluent-bit',
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring: permissions for agents of
  // Network Flow Monitor, add-on 1.0.1 and later.
  'amazon-network-flow-monitor/aws-network-flow-monitor-agent-service-account': 'aws-network-flow-monitoring-agent',
  // https://eksctl.io/usage/pod-identity-associations (updating addons with IAM permissions)
  'opentelemetry-operator-system/adot-col-container-logs': 'adot',
  'opentelemetry-operator-system/adot-col-otlp-ingest': 'adot',
  'opentelemetry-operator-system/adot-col-prom-metrics': 'adot',
};

/**
 * The EKS add-on that a service account with this name belongs to, unless someone installed the
 * same software without the add-on; null for others.
 */
export function addOnOf(namespace: string, serviceAccount: string): string | null {
  const key = `${namespace}/${serviceAccount}`;
  return Object.hasOwn(addOns, key) ? (addOns[key] ?? null) : null;
}
