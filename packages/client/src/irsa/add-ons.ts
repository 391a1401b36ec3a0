/** The service accounts of EKS add-ons that use IAM roles, as `aws eks describe-addon-configuration` names them. */
const addOns: Readonly<Record<string, string>> = {
  'amazon-cloudwatch/cloudwatch-agent': 'amazon-cloudwatch-observability',
  'amazon-network-flow-monitor/aws-network-flow-monitor-agent-service-account': 'aws-network-flow-monitoring-agent',
  'external-dns/external-dns': 'external-dns',
  'kube-system/aws-node': 'vpc-cni',
  'kube-system/ebs-csi-controller-sa': 'aws-ebs-csi-driver',
  'kube-system/efs-csi-controller-sa': 'aws-efs-csi-driver',
  'kube-system/fsx-csi-controller-sa': 'aws-fsx-csi-driver',
  'kube-system/s3-csi-driver-sa': 'aws-mountpoint-s3-csi-driver',
  'opentelemetry-operator-system/adot-col-container-logs': 'adot',
  'opentelemetry-operator-system/adot-col-otlp-ingest': 'adot',
  'opentelemetry-operator-system/adot-col-prom-metrics': 'adot',
};

/** The EKS add-on that a service account with this name belongs to, unless someone installed the same software without the add-on; null for others. */
export function addOnOf(namespace: string, serviceAccount: string): string | null {
  const key = `${namespace}/${serviceAccount}`;
  return Object.hasOwn(addOns, key) ? (addOns[key] ?? null) : null;
}
