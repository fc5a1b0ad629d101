/* What plainly changes a system that stands beside the host, by the programs that speak to it: containers,
 * repositories, clouds, web servers, databases, queues, storage. As change_host.c. */
#include "lint/change.h"

/* Options of SQL clients that take a value. */
#define PSQL_VALUES                                                                                          \
	"-c -d -f -F -h -L -o -p -P -R -T -U -v --command --dbname --file --field-separator "                \
	"--host --log-file --output --port --pset --record-separator --set --username --variable"
#define MYSQL_VALUES                                                                                         \
	"-e -h -P -u -D -S --execute --host --port --user --database --socket --defaults-file "              \
	"--defaults-extra-file --protocol"

#define DOCKER_VALUES                                                                                        \
	"-H -c -l -f -p -e -u -w -n --host --context --log-level --config --file --project-name "            \
	"--profile --env-file --project-directory --ansi --env --user --workdir --detach-keys "              \
	"--index --tail --since --until --filter --format"
#define CURL_VALUES                                                                                          \
	"-X -d -F -T -o -H -u -m -A -b -c -e -K -w -x -D -E -r -y -Y -z -C -U --request --data "             \
	"--data-raw --data-binary --data-urlencode --data-ascii --form --form-string "                       \
	"--upload-file --json --output --header --user --max-time --connect-timeout --user-agent "           \
	"--cookie --cookie-jar --config --write-out --proxy --dump-header --cacert --cert --key "            \
	"--resolve --retry --retry-delay --retry-max-time --unix-socket --interface --url "                  \
	"--output-dir --limit-rate --trace --trace-ascii --stderr -Q --quote"
#define CURL_SENDS                                                                                           \
	"-X=POST|-X=PUT|-X=DELETE|-X=PATCH|-X=PURGE|-X=MKCOL|-X=MOVE|--request=POST|"                        \
	"--request=PUT|--request=DELETE|--request=PATCH|--request=PURGE|--request=MKCOL|"                    \
	"--request=MOVE"
#define CURL_ASKS "-X=GET|--request=GET|-X=HEAD|--request=HEAD|-X=OPTIONS|--request=OPTIONS"
#define KUBE_VALUES                                                                                          \
	"-n -s -c -l -o --namespace --context --kubeconfig --server --cluster --user --as "                  \
	"--token --container --selector --output --request-timeout"

const struct rb_change_row rb_change_systems[] = {
    /* containers */
    {"docker podman nerdctl", .values = DOCKER_VALUES,
	.changes = "run|rm|rmi|stop|kill|restart|start|create|pause|unpause|rename|update|commit|build|pull|"
		   "push|load|import|tag|cp|login|logout|container run|container rm|container stop|"
		   "container kill|container restart|container start|container create|container pause|"
		   "container unpause|container prune|container update|container cp|image rm|image prune|"
		   "image pull|image build|image tag|image push|volume rm|volume create|volume prune|"
		   "network rm|network create|network connect|network disconnect|network prune|system prune|"
		   "builder prune|buildx build|buildx prune|checkpoint create|secret create|secret rm|"
		   "config create|config rm|context use|context create|context rm|plugin install|plugin "
		   "enable|plugin disable|plugin rm|save -o=FILE|save --output=FILE|export -o=FILE|export "
		   "--output=FILE|service update|service scale|service rm|service create|service rollback|"
		   "stack deploy|stack rm|swarm init|swarm join|swarm leave|swarm update|node update|node "
		   "rm|node promote|node demote|compose up|compose down|compose restart|compose stop|"
		   "compose start|compose rm|compose kill|compose pull|compose push|compose build|compose "
		   "create|compose run|compose pause|compose unpause|compose cp|compose scale",
	.unless = "cp * -|container cp * -", .runs = "exec *|container exec *|compose exec *"},
    {"docker-compose podman-compose", .values = DOCKER_VALUES,
	.changes = "up|down|restart|stop|start|rm|kill|pull|push|build|create|run|pause|unpause|cp|scale",
	.runs = "exec *"},
    {"crictl ctr", .values = "-r -i -t -n --namespace",
	.changes = "rm|rmi|rmp|stop|stopp|start|run|runp|create|pull|update|* rm|* delete|* kill|* pull",
	.runs = "exec *"},
    {"k3s microk8s", .runs = ""},
    {"minikube", .values = "-p --profile", .changes = "start|stop|delete|pause|unpause"},
    {"kind k3d",
	.changes = "create *|delete *|load *|cluster create|cluster delete|cluster stop|cluster start"},
    {"kubectl oc k", .values = KUBE_VALUES,
	.changes = "apply|create|delete|edit|patch|replace|scale|autoscale|annotate|label|taint|cordon|"
		   "uncordon|drain|expose|run|set|debug|cp|rollout restart|rollout latest|rollout "
		   "undo|rollout pause|"
		   "rollout resume|certificate approve|certificate deny|config use-context|config set|"
		   "config set-context|config delete-context|config unset",
	.unless = "create token|--list", .runs = "exec *"},
    {"flux", .values = "-n --namespace --context",
	.changes = "reconcile|suspend|resume|bootstrap|install|uninstall|create|delete"},
    {"argocd", .values = "--server --auth-token",
	.changes = "app sync|app create|app delete|app set|app patch|app rollback|app terminate-op|app "
		   "unset|repo add|repo rm|cluster add|cluster rm|proj create|proj delete"},
    {"buildah", .changes = "add|build|bud|commit|config|copy|from|pull|push|rename|rm|rmi|run|tag"},
    {"skopeo", .changes = "copy|delete|sync|login|logout"},
    {"multipass", .changes = "start|stop|restart|delete|launch|purge|recover|suspend|set|transfer",
	.runs = "exec *"},
    {"helm", .values = "-n --namespace --kube-context --kubeconfig",
	.changes = "install|upgrade|rollback|uninstall|delete|repo add|repo remove|repo update|plugin "
		   "install|plugin uninstall"},
    {"virsh incus lxc", .values = "-c --connect",
	.changes = "start|shutdown|destroy|reboot|reset|undefine|suspend|resume|define|migrate|stop|restart|"
		   "delete|launch|pause",
	.runs = "exec *"},

    /* version control, deployment */
    {"git", .values = "-C -c --git-dir --work-tree --namespace",
	.changes = "push|pull|checkout|switch|restore|reset|clean|commit|merge|stash|rebase|cherry-pick|"
		   "revert|am|apply|rm|mv|add|init|clone|gc|prune|update-ref|filter-branch|branch -d|branch "
		   "-D|branch -m|branch -M|branch -f|tag -d|tag -a|worktree add|worktree remove|worktree "
		   "prune|submodule update|remote add|remote remove|remote set-url|config --unset*|config "
		   "--add|config --replace-all|config --global * *|config --local * *|config --system * *|"
		   "remote prune|remote rename|lfs pull|lfs fetch|lfs prune|bisect|notes add|notes remove|"
		   "submodule add|submodule deinit|sparse-checkout set|repack",
	.unless = "config --get*|config --list|bisect log|bisect view|bisect visualize|stash list|stash "
		  "show|clean -n|push -n|add -n|apply --check|apply --stat|apply --numstat|apply --summary"},
    {"gh", .values = "-R --repo",
	.changes = "workflow run|workflow enable|workflow disable|run rerun|run cancel|run delete|pr merge|"
		   "pr create|pr close|issue create|issue close|release create|release delete|secret set|"
		   "secret delete"},
    {"gh", .values = "-R --repo -X --method -f -F --field --raw-field -H --header -q --jq",
	.changes = "api -X=POST|api -X=PUT|api -X=PATCH|api -X=DELETE|api --method=POST|api --method=PUT|"
		   "api --method=PATCH|api --method=DELETE"},
    {"doctl", .changes = "* * reboot|* * power-off|* * power-on|* * shutdown|* * delete|* * create|* create|"
			 "* delete|* update"},
    {"fly flyctl", .values = "-a -c --app --config",
	.changes = "deploy|scale *|restart|apps restart|apps destroy|machine stop|machine start|machine "
		   "restart|machine destroy|secrets set|secrets unset"},
    {"s3cmd", .values = "-c --config", .changes = "del|rm|put|mv|cp|sync|mb|rb|setacl|expire",
	.unless = "-n"},
    {"mc", .changes = "rm|mv|cp|mb|rb|mirror|pipe|admin service restart|admin service stop|admin user add|"
		      "admin user remove"},
    {"lftp", .values = "-e -c -f -u -p", .texts = "-e -c", .language = RB_SHELL, .flags = RB_CHANGE_UNSEEN},
    {"svn", .changes = "up|update|co|checkout|ci|commit|revert|switch|sw|merge|cleanup|add|delete|rm|mv|cp|"
		       "relocate"},
    {"hg", .values = "-R --cwd",
	.changes = "pull|push|update|up|checkout|commit|ci|revert|strip|merge|clone|init|purge"},
    {"ansible", .values = "-i -m -a -u -l -e -f -t --module-name --args --limit --user --inventory",
	.texts = "-a --args", .language = RB_SHELL},
    {"salt", .values = "-t --timeout --out", .texts = "3", .language = RB_SHELL},
    {"ansible", .values = "-i -m -a -u -l -e -f -t --module-name --args --limit --user --inventory",
	.changes = "-m=service|-m=systemd|-m=copy|-m=file|-m=template|-m=lineinfile|-m=apt|-m=yum|-m=dnf|"
		   "-m=package|-m=user|-m=group|-m=reboot|-m=cron|-m=mount|-m=sysctl",
	.unless = "-C|--check"},
    {"salt",
	.changes = "* service.start|* service.stop|* service.restart|* state.apply|* state.highstate|* "
		   "pkg.install|* pkg.remove|* system.reboot",
	.unless = "* * test=True|* * * test=True"},
    {"heroku", .values = "-a -r --app --remote",
	.changes = "restart|ps:restart|ps:stop|ps:kill|ps:scale|scale|ps:resize|config:set|config:unset|"
		   "rollback|releases:rollback|maintenance:on|maintenance:off|pg:reset|pg:promote|"
		   "pg:killall|run"},
    {"cf", .changes = "restart|restage|push|stop|start|delete|scale|rollback|set-env|unset-env|"
		      "restart-app-instance|map-route|unmap-route|bind-service|unbind-service"},
    {"ansible-playbook", .values = "-i -l -t -e -f -u --limit --tags --inventory --extra-vars",
	.changes = RB_CHANGE_ALWAYS, .unless = "-C|--check|--syntax-check|--list-*"},
    {"terraform tofu pulumi",
	.changes = "apply|destroy|init|import|taint|untaint|up|refresh|force-unlock|state rm|state mv|state "
		   "push|workspace new|workspace delete",
	.flags = RB_CHANGE_WHOLE},
    {"aws",
	.values = "--profile --region --output --endpoint-url --query --cli-read-timeout "
		  "--cli-connect-timeout --ca-bundle",
	.changes = "* delete-*|* put-*|* create-*|* terminate-*|* update-*|* modify-*|* reboot-*|* "
		   "stop-instances|* start-instances|* stop-db-*|* start-db-*|* stop-task|* start-task|* "
		   "run-instances|* run-task|* attach-*|* detach-*|* register-*|* deregister-*|* remove-*|* "
		   "disable-*|* enable-*|* restore-*|* revoke-*|* authorize-*|* failover-*|* set-*|* "
		   "change-*|* release-*|* cancel-*|* reset-*|* import-*|* start-execution|* associate-*|* "
		   "disassociate-*|* allocate-*|* rotate-*|* promote-*|* tag-*|* untag-*|* invoke|configure "
		   "set|* send-command|* publish|* send-message|* purge-queue|s3 rm|s3 mv|s3 sync|s3 mb|s3 "
		   "rb|s3 cp",
	.unless = "s3 cp * -|--dryrun"},
    {"gcloud", .values = "--project --zone --region --account --configuration --format --filter",
	.changes = "* * create|* * delete|* * start|* * stop|* * reset|* * restart|* * resume|* * suspend|* "
		   "* update|* * patch|* * resize|* * add-*|* * remove-*|* * set-*|* * rollback|* * "
		   "failover|* * promote-*|* delete|* deploy|* create|config set|config unset"},
    {"gsutil",
	.changes = "cp * *|mv|rm|rsync|mb|rb|setmeta|acl set|acl ch|iam set|iam ch|lifecycle set|rewrite",
	.unless = "cp * -|rsync -n", .flags = RB_CHANGE_WHOLE},
    {"az", .values = "--subscription -g --resource-group",
	.changes = "* create|* delete|* start|* stop|* restart|* update|* deallocate|* * create|* * delete|"
		   "* * update|* * restart"},

    /* HTTP */
    {"curl", .values = CURL_VALUES,
	.changes = "-o=FILE|--output=FILE|-O|--remote-name*|-D=FILE|--dump-header=FILE|-c=FILE|"
		   "--cookie-jar=FILE|--trace=FILE|--trace-ascii=FILE|--stderr=FILE|-Q|--quote"},
    {"curl", .values = CURL_VALUES, .changes = CURL_SENDS, .flags = RB_CHANGE_HTTP},
    {"curl", .values = CURL_VALUES, .changes = "-d|--data*|-F|--form*|-T|--upload-file|--json",
	.unless = "-G|--get|" CURL_ASKS "|" CURL_SENDS, .flags = RB_CHANGE_HTTP},
    {"wget",
	.values = "-O -o -P -t -T -U -e --output-document --output-file --tries --timeout --header --user "
		  "--password --method --body-data --body-file --post-data --post-file --user-agent",
	.changes = RB_CHANGE_ALWAYS,
	.unless = "--spider|-O=-|--output-document=-|-O=/dev/null|--output-document=/dev/null|"
		  "-O=/dev/stdout|--output-document=/dev/stdout|-V",
	.flags = RB_CHANGE_HTTP},
    {"wget", .values = "-O --output-document --post-data --post-file --method --body-data --body-file",
	.changes = "--post-data|--post-file|--method=POST|--method=PUT|--method=DELETE|--method=PATCH",
	.flags = RB_CHANGE_HTTP},
    {"http https xh", .values = "-a -A -o --auth --output --session",
	.changes = "POST|post|PUT|put|PATCH|patch|DELETE|delete|-o=FILE|--output=FILE|-d|--download",
	.flags = RB_CHANGE_HTTP},

    /* databases and queues */
    {"psql", .values = PSQL_VALUES, .changes = "-o=FILE|--output=FILE|-L=FILE|--log-file=FILE",
	.texts = "-c --command -f= --file=", .language = RB_SQL, .flags = RB_CHANGE_INPUT},
    {"psql", .values = PSQL_VALUES, .changes = "-f=FILE|--file=FILE", .unless = "-f=-|--file=-",
	.flags = RB_CHANGE_UNSEEN},
    {"cqlsh mongosh mongo",
	.values = "-f -u -p -e --execute --eval --file --host --port --username --password",
	.changes = "-f=FILE|--file=FILE", .flags = RB_CHANGE_UNSEEN},
    {"influx", .values = "-execute -host -port -database -username -password -precision -format",
	.texts = "-execute", .language = RB_SQL, .flags = RB_CHANGE_WHOLE},
    {"mysql mariadb", .values = MYSQL_VALUES " -p", .changes = "--tee=FILE", .texts = "-e --execute",
	.language = RB_SQL, .flags = RB_CHANGE_INPUT},
    {"sqlite3", .values = "-cmd -separator -init -nullvalue", .texts = "2", .language = RB_SQL,
	.flags = RB_CHANGE_WHOLE | RB_CHANGE_INPUT},
    {"cqlsh", .values = "-e -f -u -p -k --execute --file",
	.texts = "-e --execute -f= --file=", .language = RB_SQL, .flags = RB_CHANGE_INPUT},
    {"clickhouse-client", .values = "-q -h -u -d --query --host --port --user --password --database",
	.texts = "-q --query", .language = RB_SQL, .flags = RB_CHANGE_INPUT},
    {"mysqladmin mariadb-admin", .values = MYSQL_VALUES,
	.changes = "kill|shutdown|flush-*|create|drop|password|reload|refresh|start-slave|stop-slave|"
		   "start-replica|stop-replica"},
    {"pg_ctl", .values = "-D -l -o -m -t -p --pgdata --log --mode",
	.changes = "start|stop|restart|reload|promote|init|initdb|kill|logrotate"},
    {"pg_ctlcluster", .values = "-m -o", .changes = "* * start|* * stop|* * restart|* * reload|* * promote"},
    {"createdb dropdb createuser dropuser vacuumdb reindexdb clusterdb initdb pg_resetwal "
     "pg_rewind pg_basebackup",
	.changes = RB_CHANGE_ALWAYS},
    {"pg_restore", .values = "-d -f -h -p -U -j -n -t --dbname --file",
	.changes = "-d|--dbname|-f=FILE|--file=FILE", .unless = "-l|--list"},
    {"pg_dump pg_dumpall", .values = "-d -f -h -p -U -n -t -F -l --dbname --file --host --port --username",
	.changes = "-f=FILE|--file=FILE"},
    {"pg_repack", .changes = RB_CHANGE_ALWAYS, .unless = "-N|--dry-run"},
    {"pgbench", .values = "-c -j -T -t -f -h -p -U -d -s", .changes = RB_CHANGE_ALWAYS},
    {"repmgr", .values = "-f --config-file -h -d -U",
	.changes = "standby promote|standby switchover|standby follow|standby clone|standby register|"
		   "standby unregister|primary register|primary unregister|node rejoin|node service"},
    {"mysqlcheck mariadb-check", .values = MYSQL_VALUES " -p",
	.changes = "-r|-o|-a|-g|--repair|--optimize|--analyze|--auto-repair|--check-upgrade"},
    {"mysqlimport mariadb-import mysql_upgrade mariadb-upgrade", .changes = RB_CHANGE_ALWAYS},
    {"xtrabackup mariadb-backup mariabackup", .changes = "--backup|--prepare|--copy-back|--move-back"},
    {"mongodump", .values = "-o -d -c -h -u -p --out --db --collection --host", .changes = RB_CHANGE_ALWAYS,
	.unless = "--archive|-o=-|--out=-", .flags = RB_CHANGE_WHOLE},
    {"mongorestore mongoimport", .changes = RB_CHANGE_ALWAYS},
    {"mongosh mongo",
	.values = "-f -u -p --eval --file --host --port --username --password --authenticationDatabase",
	.texts = "--eval -f= --file=", .language = RB_JAVASCRIPT, .flags = RB_CHANGE_INPUT},
    {"nodetool", .values = "-h -p -u -pw --host --port --username",
	.changes = "repair|flush|drain|cleanup|compact|decommission|removenode|assassinate|rebuild|refresh|"
		   "scrub|move|join|snapshot|clearsnapshot|stop|stopdaemon|upgradesstables|truncatehints|"
		   "garbagecollect|disable*|enable*|set*|invalidate*|pausehandoff|resumehandoff|reload*|"
		   "replaybatchlog|relocatesstables"},
    {"elasticsearch-plugin opensearch-plugin", .changes = "install|remove"},
    {"mysqldump mariadb-dump", .values = MYSQL_VALUES " -p -r --result-file",
	.changes = "-r=FILE|--result-file=FILE"},
    {"patronictl", .values = "-c -d --config-file",
	.changes = "restart|reload|switchover|failover|reinit|pause|resume|edit-config|remove|flush"},
    {"redis-cli valkey-cli keydb-cli", .values = "-h -p -s -a -u -r -i -n --user --pass --cluster --rdb",
	.changes = "set|setex|sinterstore|sunionstore|sdiffstore|geoadd|zunionstore|zinterstore|lpushx|"
		   "rpushx|rpoplpush|pexpireat|hincrbyfloat|bitop|setnx|psetex|mset|msetnx|getset|getdel|"
		   "getex|append|setrange|setbit|incr|incrby|incrbyfloat|decr|decrby|del|unlink|flushall|"
		   "flushdb|expire|pexpire|expireat|persist|rename|renamenx|move|copy|restore|migrate|hset|"
		   "hmset|hsetnx|hdel|hincrby|lpush|rpush|lpop|rpop|lrem|ltrim|lset|linsert|lmove|blpop|"
		   "brpop|sadd|srem|spop|smove|zadd|zrem|zincrby|zpopmin|zpopmax|zremrangebyscore|"
		   "zremrangebyrank|xadd|xdel|xtrim|xack|xclaim|xgroup|pfadd|pfmerge|publish|bgsave|save|"
		   "bgrewriteaof|shutdown|replicaof|slaveof|failover|swapdb|config set|config rewrite|"
		   "config resetstat|client kill|client pause|client unpause|cluster failover|cluster "
		   "forget|cluster meet|cluster reset|cluster setslot|cluster replicate|cluster addslots|"
		   "cluster delslots|slowlog reset|script flush|script kill|function flush|function load|"
		   "acl setuser|acl deluser|acl load|acl save|memory purge|latency reset|module load|module "
		   "unload|debug sleep|debug segfault|--pipe|--cluster=fix|--cluster=reshard|"
		   "--cluster=rebalance|--cluster=create|--cluster=import|--cluster=add-node|"
		   "--cluster=del-node|--rdb=FILE",
	.flags = RB_CHANGE_NOCASE | RB_CHANGE_LINES},
    {"redis-cli valkey-cli keydb-cli", .values = "-h -p -s -a -u -r -i -n --user --pass --eval",
	.changes = "--eval=FILE", .flags = RB_CHANGE_UNSEEN},
    {"rabbitmqctl", .values = "-n -p -t --node --vhost --timeout",
	.changes = "stop|stop_app|start_app|shutdown|reset|force_reset|force_boot|join_cluster|"
		   "forget_cluster_node|rename_cluster_node|sync_queue|cancel_sync_queue|purge_queue|"
		   "delete_*|add_*|set_*|clear_*|change_password|close_connection|close_all_*|rotate_logs|"
		   "restart_vhost|enable_feature_flag|import_definitions|grow|shrink"},
    {"rabbitmqadmin", .values = "-H -P -u -p -V --host --port --username --password --vhost",
	.changes = "delete|purge|declare|publish|close|import"},
    {"rabbitmq-plugins", .changes = "enable|disable|set"},
    {"kafka-topics.sh kafka-topics", .changes = "--create|--delete|--alter"},
    {"kafka-acls.sh kafka-acls", .changes = "--add|--remove"},
    {"kafka-reassign-partitions.sh kafka-reassign-partitions", .changes = "--execute|--cancel"},
    {"kafka-configs.sh kafka-configs", .changes = "--alter"},
    {"kafka-consumer-groups.sh kafka-consumer-groups", .changes = "--execute|--delete|--delete-offsets"},
    {"kafka-leader-election.sh kafka-delete-records.sh kafka-console-producer.sh "
     "kafka-leader-election kafka-delete-records kafka-console-producer",
	.changes = RB_CHANGE_ALWAYS},
    {"consul",
	.changes = "kv put|kv delete|kv import|leave|force-leave|maint -enable|maint -disable|reload|join|"
		   "services register|services deregister|snapshot restore|snapshot save|operator raft "
		   "remove-peer|acl bootstrap|intention create|intention delete",
	.flags = RB_CHANGE_WHOLE},
    {"vault",
	.changes = "write|delete|kv put|kv delete|kv patch|kv destroy|secrets enable|secrets disable|auth "
		   "enable|auth disable|policy write|policy delete|token revoke|lease revoke|operator seal|"
		   "operator unseal|operator step-down",
	.unless = "write auth/*/login*", .flags = RB_CHANGE_WHOLE},
    {"etcdctl", .values = "--endpoints --cacert --cert --key --user",
	.changes = "put|del|txn|defrag|compaction|move-leader|alarm disarm|member add|member remove|member "
		   "update|snapshot restore|snapshot save|lease grant|lease revoke|auth enable|auth disable|"
		   "user add|user delete"},
    {"nomad",
	.changes = "run|stop|job run|job stop|job revert|job restart|alloc restart|alloc stop|node drain|"
		   "system gc",
	.flags = RB_CHANGE_WHOLE},
    {"nats", .values = "-s --server --context --creds",
	.changes = "pub|publish|stream add|stream rm|stream purge|stream edit|consumer add|consumer rm|kv "
		   "put|kv del|kv purge"},
    {"mosquitto_pub amqp-publish", .changes = RB_CHANGE_ALWAYS},
    {"ceph", .values = "-c -n -k --id --conf --cluster -f --format",
	.changes = "osd out|osd in|osd down|osd set|osd unset|osd purge|osd rm|osd destroy|osd reweight|osd "
		   "reweight-by-utilization|osd pause|osd unpause|osd repair|osd scrub|osd deep-scrub|osd "
		   "crush set|osd crush rm|osd crush move|osd crush reweight|osd pool create|osd pool "
		   "delete|osd pool rm|osd pool set|osd pool rename|pg repair|pg scrub|pg deep-scrub|mgr "
		   "fail|mds fail|mon rm|mon remove|config set|config rm|fs fail|fs set|orch restart|orch "
		   "stop|orch start|orch apply|orch rm|orch daemon restart|health mute|crash archive|crash "
		   "archive-all|auth add|auth del|auth rm"},
    {"rbd rados", .values = "-p -n -c --pool --id",
	.changes = "rm|create|map|unmap|device map|device unmap|resize|snap create|snap rm|snap rollback|"
		   "snap purge|rename|mv|import|clone|flatten|put|append|truncate|mkpool|rmpool|lock rm|"
		   "lock remove"},
    {"gluster",
	.changes = "volume start|volume stop|volume delete|volume create|volume set|volume reset|volume "
		   "add-brick|volume remove-brick|volume replace-brick|peer probe|peer detach",
	.flags = RB_CHANGE_WHOLE},
    {"drbdadm", .changes =
		    "up|down|primary|secondary|attach|detach|connect|disconnect|adjust|invalidate|"
		    "invalidate-remote|resize|create-md|pause-sync|resume-sync|verify|new-current-uuid"},
    {"pcs crm", .changes =
		    "* start|* stop|* restart|* move|* migrate|* cleanup|* enable|* disable|* standby|* "
		    "unstandby|* online|* delete|* create|* ban|* clear|* destroy|* setup|* add|* remove|* "
		    "set|* update|* manage|* unmanage"},
    {"rclone",
	.changes = "copy|copyto|sync|bisync|move|moveto|delete|deletefile|purge|mkdir|rmdir|rmdirs|cleanup|"
		   "dedupe|touch|config create|config delete",
	.unless = "-n"},
    {"restic", .values = "-r -p --repo --password-file",
	.changes = "backup|forget|prune|restore|init|unlock|tag|rewrite|repair|migrate|copy|key add|key "
		   "remove"},
    {"borg",
	.changes = "create|prune|delete|compact|init|extract|rename|break-lock|recreate|import-tar|mount|"
		   "umount",
	.unless = "-n|extract --stdout"},
    {"varnishadm", .values = "-S -T -n -t",
	.changes = "ban|start|stop|param.set|vcl.load|vcl.use|vcl.discard|backend.set_health"},

    {.programs = NULL},
};
