"""Databases and services whose operators make Secrets: never copied, since a copy would be a second one.

A row: kind, versions, whether Argo CD 3.6.1 has a health check, source, and the products: path, default, form.
"""

from postrenderer.producing import Made, Producer
from postrenderer.references import CONFIG_MAP, NO_KIND, Kind

REASON = "it runs a database or a service, and a copy would be a second one"
REMEDY = (
    "Run the migration as a Sync hook in a wave between it and the application, or bring it with another release that "
    "is synced before."
)
NAME = "metadata.name"
ZALANDO = "{name}.credentials.postgresql.acid.zalan.do"
USER = "{name}-pguser-"
CNPG = "cloudnative-pg api/v1/cluster_funcs.go"
STRIMZI = "strimzi-kafka-operator api/src/main/java/io/strimzi/api/kafka/model/"

_Row = tuple[Kind, str, bool, str, tuple[tuple[str, ...], ...]]
_ROWS: tuple[_Row, ...] = (
    (
        ("postgresql.cnpg.io", "Cluster"),
        "v1",
        True,
        CNPG,
        (
            ("spec.bootstrap.initdb.secret.name", "{name}-app"),
            ("spec.superuserSecret.name", "{name}-superuser"),
            ("spec.certificates.serverCASecret", "{name}-ca"),
            ("spec.certificates.serverTLSSecret", "{name}-server"),
            ("spec.certificates.replicationTLSSecret", "{name}-replication"),
        ),
    ),
    (
        ("acid.zalan.do", "postgresql"),
        "v1",
        True,
        "postgres-operator pkg/util/config/config.go",
        (("spec.users.{}", "", "{value}." + ZALANDO), ("", "postgres." + ZALANDO), ("", "standby." + ZALANDO)),
    ),
    (
        ("postgres-operator.crunchydata.com", "PostgresCluster"),
        "v1beta1",
        False,
        "crunchy postgres-operator internal/naming/names.go",
        (("spec.users.[].name", USER + "{name}", USER + "{value}"),),
    ),
    (
        ("pgv2.percona.com", "PerconaPGCluster"),
        "v2",
        False,
        "percona-postgresql-operator internal/naming/names.go",
        (("spec.users.[].secretName",), ("spec.users.[].name", USER + "{name}", USER + "{value}")),
    ),
    (
        ("pxc.percona.com", "PerconaXtraDBCluster"),
        "v1",
        True,
        "percona-xtradb-cluster-operator pkg/apis/pxc/v1/pxc_types.go",
        (("spec.secretsName", "{name}-secrets"),),
    ),
    (
        ("psmdb.percona.com", "PerconaServerMongoDB"),
        "v1",
        True,
        "percona-server-mongodb-operator pkg/apis/psmdb/v1/psmdb_types.go",
        (("spec.secrets.users", "{name}-secrets"),),
    ),
    (
        ("mongodbcommunity.mongodb.com", "MongoDBCommunity"),
        "v1",
        False,
        "mongodb-kubernetes-operator api/v1/mongodbcommunity_types.go",
        (("spec.users.[].connectionStringSecretName",),),
    ),
    (
        ("k8s.mariadb.com", "MariaDB"),
        "v1alpha1",
        True,
        "mariadb-operator api/v1alpha1/mariadb_types.go",
        (("spec.rootPasswordSecretKeyRef.name",), ("spec.passwordSecretKeyRef.name",)),
    ),
    (
        ("k8s.mariadb.com", "Connection"),
        "v1alpha1",
        False,
        "mariadb-operator api/v1alpha1/connection_types.go",
        (("spec.secretName", "{name}"),),
    ),
    (
        ("rabbitmq.com", "RabbitmqCluster"),
        "v1beta1",
        True,
        "rabbitmq cluster-operator internal/resource/default_user_secret.go",
        (("", "{name}-default-user"),),
    ),
    (("kafka.strimzi.io", "KafkaUser"), "v1 v1beta2", True, STRIMZI + "user/KafkaUser.java", ((NAME,),)),
    (
        ("kafka.strimzi.io", "Kafka"),
        "v1 v1beta2",
        True,
        STRIMZI + "kafka/KafkaResources.java",
        (("", "{name}-cluster-ca-cert"), ("", "{name}-clients-ca-cert")),
    ),
    (
        ("elasticsearch.k8s.elastic.co", "Elasticsearch"),
        "v1",
        True,
        "cloud-on-k8s pkg/apis/elasticsearch/v1/name.go",
        (("", "{name}-es-elastic-user"), ("", "{name}-es-http-certs-public")),
    ),
)


def _database(kind: Kind, versions: str, watched: bool, source: str, makes: tuple[Made, ...]) -> Producer:
    return Producer(kind, tuple(versions.split()), makes, source, "refuse", REASON, REMEDY, watched=watched)


def _made(path: str, default: str = "", form: str = "{value}") -> Made:
    return Made((path,) if path else (), default, form)


DATABASES = (
    *(
        _database(kind, versions, watched, source, tuple(_made(*made) for made in makes))
        for kind, versions, watched, source, makes in _ROWS
    ),
    _database(
        ("objectbucket.io", "ObjectBucketClaim"),
        "v1alpha1",
        True,
        "lib-bucket-provisioner pkg/apis/objectbucket.io/v1alpha1/objectbucketclaim_types.go",
        (Made((NAME,)), Made((NAME,), kind=CONFIG_MAP)),
    ),
)

CONNECTION = "writeConnectionSecretToRef"  # in any resource of Crossplane
CROSSPLANE = _database(
    NO_KIND, "", False, "crossplane-runtime apis/common/v1/resource.go", (Made((f"spec.{CONNECTION}.name",)),)
)
