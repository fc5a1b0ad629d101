/* What plainly changes something: one row for each program. A new program is a new row here and a line in
 * tests/unit/lint/test_change.c; programs that are not here are taken at their author's word. */
#include "lint/change.h"

#define ALWAYS ""

/* Options of SQL clients that take a value. */
#define PSQL_VALUES                                                                                          \
	"-c -d -f -F -h -L -o -p -P -R -T -U -v --command --dbname --file --field-separator --host "         \
	"--log-file "                                                                                        \
	"--output --port --pset --record-separator --set --username --variable"
#define MYSQL_VALUES                                                                                         \
	"-e -h -P -u -D -S --execute --host --port --user --database --socket --defaults-file "              \
	"--defaults-extra-file --protocol"

#define DOCKER_VALUES                                                                                        \
	"-H -c -l -f -p -e -u -w -n --host --context --log-level --config --file --project-name --profile "  \
	"--env-file --project-directory --ansi --env --user --workdir --detach-keys --index --tail --since " \
	"--until --filter --format"
#define CURL_VALUES                                                                                          \
	"-X -d -F -T -o -H -u -m -A -b -c -e -K -w -x -D -E -r -y -Y -z -C -U --request --data --data-raw "  \
	"--data-binary --data-urlencode --data-ascii --form --form-string --upload-file --json --output "    \
	"--header --user --max-time --connect-timeout --user-agent --cookie --cookie-jar --config "          \
	"--write-out --proxy --dump-header --cacert --cert --key --resolve --retry --retry-delay "           \
	"--retry-max-time --unix-socket --interface --url --output-dir --limit-rate"
#define CURL_SENDS                                                                                           \
	"-X=POST|-X=PUT|-X=DELETE|-X=PATCH|--request=POST|--request=PUT|--request=DELETE|--request=PATCH"
#define CURL_ASKS "-X=GET|--request=GET|-X=HEAD|--request=HEAD|-X=OPTIONS|--request=OPTIONS"
#define KUBE_VALUES                                                                                          \
	"-n -s -c -l -o --namespace --context --kubeconfig --server --cluster --user --as --token "          \
	"--container "                                                                                       \
	"--selector --output --request-timeout"

const struct rb_change_row rb_change_rows[] = {
    /* files */
    {"rm rmdir unlink shred mkdir touch ln link mkfifo mknod truncate install chmod chown chgrp chattr "
     "setfacl "
     "rename split csplit fallocate mkswap",
	NULL, ALWAYS, NULL, NULL, NULL, 0},
    {"cp mv", "-t -S --target-directory --suffix", "* *|-t|--target-directory",
	"* /dev/stdout|* /dev/null|* /dev/stderr", NULL, NULL, 0},
    {"scp", "-P -S -i -o -F -l -c -J", "* *", NULL, NULL, NULL, 0},
    {"rsync",
	"-e -f --rsh --exclude --include --files-from --exclude-from --include-from --filter --bwlimit "
	"--timeout --port --password-file --log-file",
	"* *", "-n|--list-only", NULL, NULL, 0},
    {"tee", NULL, "FILE", NULL, NULL, NULL, 0},
    {"dd", NULL, "of=FILE", NULL, NULL, NULL, 0},
    {"sed", "-e -f -l --expression --file --line-length", "-i|--in-place", NULL, NULL, NULL, 0},
    {"perl ruby", "-e -E -I -M -m -C", "-i", NULL, NULL, NULL, 0},
    {"gawk awk", "-F -v -f -i -e -l -E", "-i=inplace", NULL, NULL, NULL, 0},
    {"yq", "-o -p -I -e", "-i|--inplace|--in-place", NULL, NULL, NULL, 0},
    {"sort", "-o -k -t -S -T --output --key --field-separator --buffer-size --temporary-directory",
	"-o=FILE|--output=FILE", NULL, NULL, NULL, 0},
    {"find", NULL, "-delete|-fprint=FILE|-fprintf=FILE|-fprint0=FILE|-fls=FILE", NULL, NULL, NULL,
	RB_CHANGE_WHOLE | RB_CHANGE_EXEC},
    {"patch", "-p -i -d", ALWAYS, NULL, NULL, NULL, 0},
    {"tar bsdtar", "-f -C -T -X -b -I --file --directory --files-from --exclude-from",
	"-x|--extract|--get|-r|--append|-u|--update|--delete|-c -f=FILE|--create -f=FILE|--create "
	"--file=FILE",
	"-t|--list|-O|--to-stdout", NULL, NULL, RB_CHANGE_BARE},
    {"unzip", "-d -P -x", ALWAYS, "-l|-v|-t|-p|-Z|-z|-c", NULL, NULL, 0},
    {"zip", NULL, "FILE *", "-T", NULL, NULL, 0},
    {"gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd", "-S -T -M", "*",
	"-c|-t|-l|--stdout|--to-stdout|--test|--list", NULL, NULL, 0},
    {"logrotate", "-s -l -m --state --log --mail", ALWAYS, "-d|--debug", NULL, NULL, 0},
    {"crontab", "-u", "*|-r|-e", "-l", NULL, NULL, 0},

    /* processes */
    {"kill pkill killall killall5", "-s -n --signal", ALWAYS, "-0|-l|-L|--list|--table|-s=0|-n=0|--signal=0",
	NULL, NULL, RB_CHANGE_WHOLE},
    {"fuser", "-n --namespace", "-k|--kill", "-l|--list-signals", NULL, NULL, 0},
    {"renice", NULL, ALWAYS, NULL, NULL, NULL, 0},
    {"jcmd", NULL, "* GC.run|* GC.heap_dump|* JFR.start|* JFR.stop|* JFR.dump|* VM.set_flag", NULL, NULL,
	NULL, 0},
    {"jmap", NULL, "-dump*", NULL, NULL, NULL, RB_CHANGE_WHOLE},
    {"tcpdump", "-w -i -c -r -s -G -C -W -F", "-w=FILE", NULL, NULL, NULL, 0},
    {"strace ltrace", "-o -p -e -s -u -a -E", "-o=FILE", NULL, NULL, NULL, 0},

    /* services */
    {"systemctl",
	"-H -M -t -p -n -o -s -P --host --machine --type --property --lines --output --signal --state "
	"--kill-whom --job-mode --root",
	"start|stop|restart|reload|try-restart|reload-or-restart|try-reload-or-restart|enable|disable|"
	"reenable|"
	"preset|preset-all|mask|unmask|kill|isolate|link|revert|edit|set-property|set-default|set-"
	"environment|"
	"unset-environment|import-environment|reset-failed|daemon-reload|daemon-reexec|freeze|thaw|clean|"
	"cancel|"
	"poweroff|reboot|halt|kexec|suspend|hibernate|rescue|emergency|default|switch-root|add-wants|add-"
	"requires",
	NULL, NULL, NULL, 0},
    {"service rc-service invoke-rc.d", NULL,
	"* start|* stop|* restart|* reload|* force-reload|* force-restart|* condrestart|* try-restart", NULL,
	NULL, NULL, 0},
    {"/etc/init.d/*", NULL, "start|stop|restart|reload|force-reload|try-restart|condrestart", NULL, NULL,
	NULL, 0},
    {"update-rc.d rc-update", NULL, "* *", NULL, NULL, NULL, 0},
    {"chkconfig", NULL, "* on|* off|--add|--del", NULL, NULL, NULL, 0},
    {"systemd-run", NULL, ALWAYS, NULL, NULL, NULL, 0},
    {"systemd-tmpfiles", NULL, "--create|--clean|--remove", NULL, NULL, NULL, 0},
    {"journalctl", NULL, "--vacuum*|--rotate|--flush", NULL, NULL, NULL, 0},
    {"loginctl", NULL, "terminate-*|kill-*|lock-*|enable-linger|disable-linger", NULL, NULL, NULL, 0},
    {"hostnamectl timedatectl localectl", NULL, "set-*|hostname *", NULL, NULL, NULL, 0},
    {"postfix", "-c", "start|stop|reload|abort|flush", NULL, NULL, NULL, 0},
    {"postsuper", "-c", "-d|-h|-H|-r|-s|-p", NULL, NULL, NULL, 0},
    {"supervisorctl", "-c -s -u -p", "start|stop|restart|reload|update|add|remove|shutdown|signal|clear",
	NULL, NULL, NULL, 0},
    {"monit", "-c -g", "start|stop|restart|reload|monitor|unmonitor|quit", NULL, NULL, NULL, 0},
    {"pm2", NULL, "start|stop|restart|reload|delete|kill|flush|scale|save|resurrect|update|reset", NULL, NULL,
	NULL, 0},
    {"launchctl", NULL, "load|unload|start|stop|kill|kickstart|bootstrap|bootout|enable|disable|remove", NULL,
	NULL, NULL, 0},
    {"nginx", "-c -g -p -s -e", "-s", "-t|-T", NULL, NULL, 0},
    {"apachectl apache2ctl httpd apache2", "-k -f -D", "start|stop|restart|graceful|graceful-stop|-k", NULL,
	NULL, NULL, 0},
    {"certbot", NULL, "renew|certonly|run|revoke|delete|install|enhance|rollback", NULL, NULL, NULL, 0},

    /* the host */
    {"reboot shutdown halt poweroff", NULL, ALWAYS, "--show", NULL, NULL, 0},
    {"init telinit", NULL, "*", NULL, NULL, NULL, 0},
    {"mount", "-t -o -L -U -O", "*|-a", NULL, NULL, NULL, 0},
    {"umount swapoff", NULL, ALWAYS, NULL, NULL, NULL, 0},
    {"swapon", "-p -o", "*|-a", "-s|--show|--summary", NULL, NULL, 0},
    {"mkfs* wipefs lvcreate lvextend lvremove lvresize lvreduce vgcreate vgextend vgremove vgreduce pvcreate "
     "pvremove "
     "pvresize pvmove resize2fs xfs_growfs fstrim growpart",
	NULL, ALWAYS, NULL, NULL, NULL, 0},
    {"fsck* e2fsck xfs_repair", NULL, ALWAYS, "-n|-N", NULL, NULL, 0},
    {"zfs zpool", NULL,
	"create|destroy|set|snapshot|rollback|mount|unmount|receive|clone|promote|rename|add|remove|attach|"
	"detach|replace|"
	"scrub|clear|online|offline|import *|export",
	NULL, NULL, NULL, 0},
    {"sysctl", "-r --pattern", "-w|--write|-p|--load|--system|*=*", NULL, NULL, NULL, 0},
    {"modprobe", NULL, ALWAYS, "-n|-c|-D|--show*|--resolve-alias", NULL, NULL, 0},
    {"insmod rmmod depmod", NULL, ALWAYS, NULL, NULL, NULL, 0},
    {"useradd userdel usermod groupadd groupdel groupmod adduser deluser addgroup delgroup chpasswd gpasswd",
	NULL, ALWAYS, NULL, NULL, NULL, 0},
    {"passwd", NULL, ALWAYS, "-S|--status", NULL, NULL, 0},
    {"date", "-d -r -f -s -I --date --reference --file --set", "-s|--set", NULL, NULL, NULL, 0},
    {"hwclock", NULL, "-w|-s|--systohc|--hctosys|--set", NULL, NULL, NULL, 0},
    {"chronyc", "-h -p", "makestep|burst|online|offline|add|delete|trimrtc", NULL, NULL, NULL, 0},
    {"ntpdate", NULL, ALWAYS, "-q", NULL, NULL, 0},
    {"update-alternatives alternatives", NULL, "--set|--install|--remove|--config|--auto", NULL, NULL, NULL,
	0},
    {"update-grub update-initramfs dracut grub-install update-ca-certificates", NULL, ALWAYS, NULL, NULL,
	NULL, 0},
    {"setenforce setsebool", NULL, ALWAYS, NULL, NULL, NULL, 0},

    /* the network */
    {"ip", "-n -netns -f -family -b -batch", "* add|* del|* delete|* set|* flush|* change|* replace|* append",
	NULL, "netns exec *", NULL, RB_CHANGE_WHOLE},
    {"iptables ip6tables ebtables arptables iptables-nft iptables-legacy",
	"-t -p -s -d -i -o -j -m -w --table",
	"-A|-D|-F|-I|-R|-X|-N|-P|-Z|-E|--append|--delete|--flush|--insert|--replace|--delete-chain|--new-"
	"chain|--policy|"
	"--zero",
	NULL, NULL, NULL, 0},
    {"iptables-restore ip6tables-restore netplan", NULL, ALWAYS, "-t|--test|get|status|info", NULL, NULL, 0},
    {"nft", "-f -I -D --file", "add|delete|destroy|flush|insert|replace|create|reset|rename|-f|--file",
	"-c|--check", NULL, NULL, 0},
    {"ufw", NULL, "allow|deny|reject|limit|enable|disable|reset|reload|delete|insert|default|logging|route",
	NULL, NULL, NULL, 0},
    {"firewall-cmd", "--zone",
	"--add-*|--remove-*|--reload|--complete-reload|--set-*|--change-*|--new-*|--delete-*|"
	"--panic-on|--panic-off|--runtime-to-permanent",
	NULL, NULL, NULL, 0},
    {"ifconfig", NULL, "* *", NULL, NULL, NULL, 0},
    {"ifup ifdown dhclient dhcpcd", NULL, ALWAYS, NULL, NULL, NULL, 0},
    {"route", "-A", "add|del|delete|flush|change", NULL, NULL, NULL, 0},
    {"arp", "-i", "-d|-s", NULL, NULL, NULL, 0},
    {"tc", NULL, "* add|* del|* delete|* change|* replace", NULL, NULL, NULL, 0},
    {"nmcli", "-f -m -g", "* up|* down|* add|* delete|* modify|* connect|* disconnect|* reload|* on|* off",
	NULL, NULL, NULL, 0},
    {"resolvectl", NULL, "flush-caches|reset-statistics|reset-server-features|revert", NULL, NULL, NULL, 0},
    {"conntrack", "-s -d -p", "-D|-F|--delete|--flush", NULL, NULL, NULL, 0},
    {"ipvsadm", "-t -u -r -w -s", "-A|-E|-D|-C|-R|-a|-e|-d|-Z", NULL, NULL, NULL, 0},
    {"wg-quick", NULL, "up|down|save", NULL, NULL, NULL, 0},
    {"ssh", "-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w", NULL, NULL, "*", NULL, 0},
    {"chroot", NULL, NULL, NULL, "*", NULL, 0},
    {"nsenter", "-t --target", NULL, NULL, "", NULL, 0},

    /* packages */
    {"apt apt-get aptitude", "-o -c -t --option --target-release",
	"install|remove|purge|upgrade|dist-upgrade|full-upgrade|safe-upgrade|autoremove|autopurge|update|"
	"clean|autoclean|"
	"build-dep|reinstall",
	"-s|--simulate|--just-print|--no-act|--recon", NULL, NULL, 0},
    {"dpkg", NULL, "-i|--install|-r|--remove|-P|--purge|--configure|--unpack", NULL, NULL, NULL, 0},
    {"yum dnf microdnf zypper", "-x -c --enablerepo --disablerepo --exclude",
	"install|in|remove|rm|erase|update|up|upgrade|dup|patch|downgrade|reinstall|autoremove|clean|distro-"
	"sync|swap|"
	"localinstall|groupinstall|refresh",
	NULL, NULL, NULL, 0},
    {"rpm", NULL, "-i|-U|-F|-e|--install|--upgrade|--erase|--import", "-q|-V|-K|--query|--verify|--checksig",
	NULL, NULL, 0},
    {"apk", NULL, "add|del|upgrade|update|fix", "-s|--simulate", NULL, NULL, 0},
    {"pacman", NULL, "-S|-R|-U", "-s|-i|-l|-g|-Q|-p", NULL, NULL, 0},
    {"snap flatpak", NULL,
	"install|remove|uninstall|refresh|update|enable|disable|start|stop|restart|revert|set", "--list",
	NULL, NULL, 0},
    {"brew", NULL,
	"install|reinstall|uninstall|remove|upgrade|update|cleanup|link|unlink|services start|services stop|"
	"services restart",
	NULL, NULL, NULL, 0},
    {"pip pip3 pipx gem bundle", NULL, "install|uninstall|update|upgrade|cache purge", NULL, NULL, NULL, 0},
    {"python python3", "-m -c -W -X", "-m=pip install|-m=pip uninstall|-m=venv", NULL, NULL, NULL, 0},
    {"npm pnpm yarn", "--prefix -w --cwd --workspace",
	"install|i|ci|uninstall|remove|rm|update|upgrade|publish|link|add|prune|dedupe|rebuild|audit "
	"fix|cache clean",
	NULL, NULL, NULL, 0},
    {"composer cargo", NULL, "install|update|require|remove|uninstall|publish|add", NULL, NULL, NULL, 0},

    /* containers */
    {"docker podman nerdctl", DOCKER_VALUES,
	"run|rm|rmi|stop|kill|restart|start|create|pause|unpause|rename|update|commit|build|pull|push|load|"
	"import|tag|cp|"
	"login|logout|container run|container rm|container stop|container kill|container restart|container "
	"start|"
	"container create|container pause|container unpause|container prune|container update|container "
	"cp|image rm|"
	"image prune|image pull|image build|image tag|image push|volume rm|volume create|volume "
	"prune|network rm|"
	"network create|network connect|network disconnect|network prune|system prune|builder prune|service "
	"update|"
	"service scale|service rm|service create|service rollback|stack deploy|stack rm|swarm init|swarm "
	"join|"
	"swarm leave|swarm update|node update|node rm|node promote|node demote|compose up|compose "
	"down|compose restart|"
	"compose stop|compose start|compose rm|compose kill|compose pull|compose push|compose build|compose "
	"create|"
	"compose run|compose pause|compose unpause|compose cp|compose scale",
	"cp * -|container cp * -", "exec *|container exec *|compose exec *", NULL, 0},
    {"docker-compose podman-compose", DOCKER_VALUES,
	"up|down|restart|stop|start|rm|kill|pull|push|build|create|run|pause|unpause|cp|scale", NULL,
	"exec *", NULL, 0},
    {"crictl ctr", "-r -i -t -n --namespace",
	"rm|rmi|rmp|stop|stopp|start|run|runp|create|pull|update|* rm|* delete|* kill|* pull", NULL, "exec *",
	NULL, 0},
    {"kubectl oc", KUBE_VALUES,
	"apply|create|delete|edit|patch|replace|scale|autoscale|annotate|label|taint|cordon|uncordon|drain|"
	"expose|run|set|"
	"debug|cp|rollout restart|rollout undo|rollout pause|rollout resume|certificate approve|certificate "
	"deny|"
	"config use-context|config set|config set-context|config delete-context|config unset",
	"create token|--list", "exec *", NULL, 0},
    {"helm", "-n --namespace --kube-context --kubeconfig",
	"install|upgrade|rollback|uninstall|delete|repo add|repo remove|repo update|plugin install|plugin "
	"uninstall",
	NULL, NULL, NULL, 0},
    {"virsh incus lxc", "-c --connect",
	"start|shutdown|destroy|reboot|reset|undefine|suspend|resume|define|migrate|stop|restart|delete|"
	"launch|pause",
	NULL, "exec *", NULL, 0},

    /* version control, deployment */
    {"git", "-C -c --git-dir --work-tree --namespace",
	"push|pull|checkout|switch|restore|reset|clean|commit|merge|stash|rebase|cherry-pick|revert|am|apply|"
	"rm|mv|add|"
	"init|clone|gc|prune|update-ref|filter-branch|branch -d|branch -D|branch -m|branch -M|branch -f|tag "
	"-d|tag -a|"
	"worktree add|worktree remove|worktree prune|submodule update|remote add|remote remove|remote "
	"set-url|"
	"config --unset|config --add",
	"stash list|stash show|clean -n|push -n|add -n|apply --check|apply --stat|apply --numstat|apply "
	"--summary",
	NULL, NULL, 0},
    {"ansible-playbook", "-i -l -t -e -f -u --limit --tags --inventory --extra-vars", ALWAYS,
	"-C|--check|--syntax-check|--list-*", NULL, NULL, 0},
    {"terraform tofu pulumi", NULL,
	"apply|destroy|import|taint|untaint|up|refresh|force-unlock|state rm|state mv|state push|workspace "
	"new|"
	"workspace delete",
	NULL, NULL, NULL, RB_CHANGE_WHOLE},
    {"aws",
	"--profile --region --output --endpoint-url --query --cli-read-timeout --cli-connect-timeout "
	"--ca-bundle",
	"* delete-*|* put-*|* create-*|* terminate-*|* update-*|* modify-*|* reboot-*|* stop-instances|* "
	"start-instances|"
	"* stop-db-*|* start-db-*|* stop-task|* start-task|* run-instances|* run-task|* attach-*|* "
	"detach-*|* register-*|"
	"* deregister-*|* remove-*|* disable-*|* enable-*|* restore-*|* revoke-*|* authorize-*|* failover-*|"
	"* send-command|* publish|* send-message|* purge-queue|s3 rm|s3 mv|s3 sync|s3 mb|s3 rb|s3 cp",
	"s3 cp * -|--dryrun", NULL, NULL, 0},
    {"gcloud", "--project --zone --region --account --configuration",
	"* * create|* * delete|* * start|* * stop|* * reset|* * restart|* * update|* * patch|* delete|* "
	"deploy|* create",
	NULL, NULL, NULL, 0},
    {"az", "--subscription -g --resource-group",
	"* create|* delete|* start|* stop|* restart|* update|* deallocate|* * create|* * delete|* * update|* "
	"* restart",
	NULL, NULL, NULL, 0},

    /* HTTP */
    {"curl", CURL_VALUES,
	"-o=FILE|--output=FILE|-O|--remote-name*|-D=FILE|--dump-header=FILE|-c=FILE|--cookie-jar=FILE", NULL,
	NULL, NULL, 0},
    {"curl", CURL_VALUES, CURL_SENDS, NULL, NULL, NULL, RB_CHANGE_HTTP},
    {"curl", CURL_VALUES, "-d|--data*|-F|--form*|-T|--upload-file|--json",
	"-G|--get|" CURL_ASKS "|" CURL_SENDS, NULL, NULL, RB_CHANGE_HTTP},
    {"wget",
	"-O -o -P -t -T -U -e --output-document --output-file --tries --timeout --header --user --password "
	"--method "
	"--body-data --body-file --post-data --post-file --user-agent",
	ALWAYS,
	"--spider|-O=-|--output-document=-|-O=/dev/null|--output-document=/dev/null|-O=/dev/stdout|"
	"--output-document=/dev/stdout|-V",
	NULL, NULL, RB_CHANGE_HTTP},
    {"wget", "-O --output-document --post-data --post-file --method --body-data --body-file",
	"--post-data|--post-file|--method=POST|--method=PUT|--method=DELETE|--method=PATCH", NULL, NULL, NULL,
	RB_CHANGE_HTTP},
    {"http https xh", "-a -A -o --auth --output --session",
	"POST|PUT|PATCH|DELETE|-o=FILE|--output=FILE|-d|--download", NULL, NULL, NULL, RB_CHANGE_HTTP},

    /* databases and queues */
    {"psql", PSQL_VALUES, "-o=FILE|--output=FILE|-L=FILE|--log-file=FILE", NULL, NULL, "-c --command", 0},
    {"mysql mariadb", MYSQL_VALUES, NULL, NULL, NULL, "-e --execute", 0},
    {"sqlite3", "-cmd -separator -init -nullvalue", NULL, NULL, NULL, "2", RB_CHANGE_WHOLE},
    {"cqlsh", "-e -f -u -p -k --execute", NULL, NULL, NULL, "-e --execute", 0},
    {"clickhouse-client", "-q -h -u -d --query --host --port --user --password --database", NULL, NULL, NULL,
	"-q --query", 0},
    {"mysqladmin mariadb-admin", MYSQL_VALUES,
	"kill|shutdown|flush-*|create|drop|password|reload|refresh|start-slave|stop-slave|start-replica|stop-"
	"replica",
	NULL, NULL, NULL, 0},
    {"pg_ctl", "-D -l -o -m -t -p --pgdata --log --mode",
	"start|stop|restart|reload|promote|init|initdb|kill|logrotate", NULL, NULL, NULL, 0},
    {"pg_ctlcluster", "-m -o", "* * start|* * stop|* * restart|* * reload|* * promote", NULL, NULL, NULL, 0},
    {"createdb dropdb createuser dropuser vacuumdb reindexdb clusterdb initdb pg_resetwal pg_rewind "
     "pg_basebackup",
	NULL, ALWAYS, NULL, NULL, NULL, 0},
    {"pg_restore", "-d -f -h -p -U -j -n -t --dbname --file", "-d|--dbname|-f=FILE|--file=FILE", "-l|--list",
	NULL, NULL, 0},
    {"pg_dump pg_dumpall", "-d -f -h -p -U -n -t -F -l --dbname --file --host --port --username",
	"-f=FILE|--file=FILE", NULL, NULL, NULL, 0},
    {"mysqldump mariadb-dump", MYSQL_VALUES " -r --result-file", "-r=FILE|--result-file=FILE", NULL, NULL,
	NULL, 0},
    {"patronictl", "-c -d --config-file",
	"restart|reload|switchover|failover|reinit|pause|resume|edit-config|remove|flush", NULL, NULL, NULL,
	0},
    {"redis-cli valkey-cli keydb-cli", "-h -p -s -a -u -r -i -n --user --pass --cluster --rdb",
	"set|setex|setnx|psetex|mset|msetnx|getset|getdel|getex|append|setrange|setbit|incr|incrby|"
	"incrbyfloat|decr|decrby|"
	"del|unlink|flushall|flushdb|expire|pexpire|expireat|persist|rename|renamenx|move|copy|restore|"
	"migrate|hset|hmset|"
	"hsetnx|hdel|hincrby|lpush|rpush|lpop|rpop|lrem|ltrim|lset|linsert|lmove|blpop|brpop|sadd|srem|spop|"
	"smove|zadd|zrem|"
	"zincrby|zpopmin|zpopmax|zremrangebyscore|zremrangebyrank|xadd|xdel|xtrim|xack|xclaim|xgroup|pfadd|"
	"pfmerge|publish|"
	"bgsave|save|bgrewriteaof|shutdown|replicaof|slaveof|failover|swapdb|config set|config "
	"rewrite|config resetstat|"
	"client kill|client pause|client unpause|cluster failover|cluster forget|cluster meet|cluster reset|"
	"cluster setslot|cluster replicate|cluster addslots|cluster delslots|slowlog reset|script "
	"flush|script kill|"
	"function flush|function load|acl setuser|acl deluser|acl load|acl save|memory purge|latency "
	"reset|module load|"
	"module unload|debug sleep|debug segfault|--pipe|--cluster=fix|--cluster=reshard|--cluster=rebalance|"
	"--cluster=create|--cluster=import|--cluster=add-node|--cluster=del-node|--rdb=FILE",
	NULL, NULL, NULL, RB_CHANGE_NOCASE},
    {"rabbitmqctl", "-n -p -t --node --vhost --timeout",
	"stop|stop_app|start_app|shutdown|reset|force_reset|force_boot|join_cluster|forget_cluster_node|"
	"rename_cluster_node|sync_queue|cancel_sync_queue|purge_queue|delete_*|add_*|set_*|clear_*|change_"
	"password|"
	"close_connection|close_all_*|rotate_logs|restart_vhost|enable_feature_flag|import_definitions|grow|"
	"shrink",
	NULL, NULL, NULL, 0},
    {"rabbitmqadmin", "-H -P -u -p -V --host --port --username --password --vhost",
	"delete|purge|declare|publish|close|import", NULL, NULL, NULL, 0},
    {"rabbitmq-plugins", NULL, "enable|disable|set", NULL, NULL, NULL, 0},
    {"kafka-topics.sh kafka-topics", NULL, "--create|--delete|--alter", NULL, NULL, NULL, 0},
    {"kafka-configs.sh kafka-configs", NULL, "--alter", NULL, NULL, NULL, 0},
    {"kafka-consumer-groups.sh kafka-consumer-groups", NULL, "--execute|--delete|--delete-offsets", NULL,
	NULL, NULL, 0},
    {"kafka-leader-election.sh kafka-delete-records.sh kafka-console-producer.sh kafka-leader-election "
     "kafka-delete-records kafka-console-producer",
	NULL, ALWAYS, NULL, NULL, NULL, 0},
    {"consul", NULL,
	"kv put|kv delete|kv import|leave|force-leave|maint -enable|maint -disable|reload|join|services "
	"register|services deregister|"
	"snapshot restore|snapshot save|operator raft remove-peer|acl bootstrap|intention create|intention "
	"delete",
	NULL, NULL, NULL, RB_CHANGE_WHOLE},
    {"vault", NULL,
	"write|delete|kv put|kv delete|kv patch|kv destroy|secrets enable|secrets disable|auth enable|auth "
	"disable|"
	"policy write|policy delete|token revoke|lease revoke|operator seal|operator unseal|"
	"operator step-down",
	"write auth/*/login*", NULL, NULL, RB_CHANGE_WHOLE},
    {"etcdctl", "--endpoints --cacert --cert --key --user",
	"put|del|txn|defrag|compaction|move-leader|alarm disarm|member add|member remove|member "
	"update|snapshot restore|"
	"snapshot save|lease grant|lease revoke|auth enable|auth disable|user add|user delete",
	NULL, NULL, NULL, 0},
    {"nomad", NULL,
	"run|stop|job run|job stop|job revert|job restart|alloc restart|alloc stop|node drain|system gc",
	NULL, NULL, NULL, RB_CHANGE_WHOLE},
    {"varnishadm", "-S -T -n -t", "ban|start|stop|param.set|vcl.load|vcl.use|vcl.discard|backend.set_health",
	NULL, NULL, NULL, 0},

    {NULL, NULL, NULL, NULL, NULL, NULL, 0},
};
