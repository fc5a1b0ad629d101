/* Which commands plainly change something: commands both ways, each row of the table by one at least, and
 * SQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "lint/change.h"

struct found {
	struct rb_buf what; /* of all, with ", " */
	bool *rows;         /* those that found something */
	size_t n;
};

static void
note(void *ctx, const struct rb_change *change)
{
	struct found *f = ctx;

	rb_buf_fmt(&f->what, "%s%.*s", f->n++ > 0 ? ", " : "", RB_STR_ARG(change->what));
	if (change->row != NULL)
		f->rows[change->row - rb_change_rows] = true;
}

static void
check(const char *text, const char *expected, bool *rows)
{
	struct found f = {.rows = rows};
	struct rb_arena arena;

	rb_arena_init(&arena, NULL);
	rb_buf_init(&f.what, NULL, 1 << 16);
	rb_changes(&arena, rb_shell_commands(&arena, rb_str_c(text)), note, &f);
	if (strcmp(rb_buf_cstr(&f.what), expected) != 0)
		print_error("%s\n  is told as \"%s\", not \"%s\"\n", text, rb_buf_cstr(&f.what), expected);
	assert_string_equal(rb_buf_cstr(&f.what), expected);
	rb_buf_free(&f.what);
	rb_arena_free(&arena);
}

static size_t
count_rows(void)
{
	size_t n = 0;

	while (rb_change_rows[n].programs != NULL)
		n++;
	return n;
}

static void
changes(void **state)
{
	static const char *const rows[][2] = {
	    /* files */
	    {"rm -rf /tmp/x", "rm"},
	    {"/bin/rm x", "rm"},
	    {"mkdir -p a; touch a/b", "mkdir, touch"},
	    {"chmod +x a && chown b a", "chmod, chown"},
	    {"cp -i a b", "cp"},
	    {"mv -t /x a", "mv -t"},
	    {"scp -P 22 a b:", "scp"},
	    {"rsync -a a b", "rsync"},
	    {"a | tee x", "tee"},
	    {"a | sudo tee -a /etc/hosts >/dev/null", "tee"},
	    {"dd if=/dev/zero of=/x bs=1M", "dd"},
	    {"sed -i s/a/b/ f", "sed -i"},
	    {"sed -i.bak s/a/b/ f", "sed -i"},
	    {"sed -ni /a/p f", "sed -i"},
	    {"sed --in-place=.b s/a/b/ f", "sed --in-place"},
	    {"perl -pi -e s/a/b/ f", "perl -i"},
	    {"gawk -i inplace 1 f", "gawk -i inplace"},
	    {"yq -i .a=1 f", "yq -i"},
	    {"sort -o f f", "sort -o"},
	    {"sort -uof f", "sort -o"},
	    {"sort --output=f f", "sort --output"},
	    {"find . -name x -delete", "find -delete"},
	    {"find . -exec rm -f {} +", "rm"},
	    {"find . -exec grep x {} \\; -execdir sh -c 'rm x' \\;", "rm"},
	    {"find . -print0 | xargs -0 rm -f", "rm"},
	    {"find . -fprint /tmp/x", "find -fprint"},
	    {"patch -p1 <x", "patch"},
	    {"tar xzf x.tgz", "tar -x"},
	    {"tar -C / -xf x.tar", "tar -x"},
	    {"tar -czf x.tgz d", "tar -c -f"},
	    {"tar czf x.tgz d", "tar -c -f"},
	    {"unzip x.zip", "unzip"},
	    {"zip -r x.zip d", "zip"},
	    {"gzip x.log", "gzip"},
	    {"logrotate -f /etc/logrotate.conf", "logrotate"},
	    {"crontab -r", "crontab -r"},
	    {"crontab -u app tab", "crontab"},
	    {"echo x | crontab -", "crontab"},
	    /* processes */
	    {"kill -9 $pid", "kill"},
	    {"kill \"$pid\"", "kill"},
	    {"pkill -f uvicorn; killall nginx", "pkill, killall"},
	    {"ps | awk '{print $1}' | xargs -r kill", "kill"},
	    {"fuser -k 8000/tcp", "fuser -k"},
	    {"fuser -n tcp -TERM -k 80", "fuser -k"},
	    {"renice 5 1", "renice"},
	    {"jcmd 1 GC.run", "jcmd 1 GC.run"},
	    {"jmap -dump:live,file=x 1", "jmap -dump:live,file"},
	    {"tcpdump -i eth0 -w x.pcap", "tcpdump -w"},
	    {"strace -o x -p 1", "strace -o"},
	    /* services */
	    {"systemctl restart api", "systemctl restart"},
	    {"sudo systemctl --user -H a restart api", "systemctl restart"},
	    {"systemctl daemon-reload", "systemctl daemon-reload"},
	    {"if ! systemctl is-active x; then systemctl start x; fi", "systemctl start"},
	    {"service nginx restart", "service nginx restart"},
	    {"/etc/init.d/nginx reload", "nginx reload"},
	    {"update-rc.d x defaults", "update-rc.d"},
	    {"chkconfig x on", "chkconfig x on"},
	    {"systemd-run x", "systemd-run"},
	    {"systemd-tmpfiles --clean", "systemd-tmpfiles --clean"},
	    {"journalctl --vacuum-size=1G", "journalctl --vacuum-size"},
	    {"journalctl --rotate", "journalctl --rotate"},
	    {"loginctl terminate-session 1", "loginctl terminate-session"},
	    {"hostnamectl set-hostname x", "hostnamectl set-hostname"},
	    {"supervisorctl -c x restart api", "supervisorctl restart"},
	    {"monit restart x", "monit restart"},
	    {"postfix reload", "postfix reload"},
	    {"postsuper -d ALL", "postsuper -d"},
	    {"pm2 restart all", "pm2 restart"},
	    {"launchctl kickstart x", "launchctl kickstart"},
	    {"nginx -s reload", "nginx -s"},
	    {"apachectl graceful", "apachectl graceful"},
	    {"certbot renew", "certbot renew"},
	    /* the host */
	    {"sudo reboot", "reboot"},
	    {"shutdown -h now", "shutdown"},
	    {"init 6", "init"},
	    {"mount -o remount,rw /", "mount"},
	    {"umount /x", "umount"},
	    {"swapon -a", "swapon -a"},
	    {"mkfs.ext4 /dev/x", "mkfs.ext4"},
	    {"fsck.ext4 -y /dev/x", "fsck.ext4"},
	    {"zfs destroy a/b", "zfs destroy"},
	    {"sysctl -w vm.swappiness=1", "sysctl -w"},
	    {"sysctl vm.swappiness=1", "sysctl vm.swappiness=1"},
	    {"modprobe x", "modprobe"},
	    {"rmmod x", "rmmod"},
	    {"useradd x; usermod -aG y x", "useradd, usermod"},
	    {"passwd x", "passwd"},
	    {"date -s 12:00", "date -s"},
	    {"hwclock --systohc", "hwclock --systohc"},
	    {"chronyc makestep", "chronyc makestep"},
	    {"ntpdate pool", "ntpdate"},
	    {"update-alternatives --set a b", "update-alternatives --set"},
	    {"update-grub", "update-grub"},
	    {"setenforce 0", "setenforce"},
	    /* the network */
	    {"ip link set eth0 down", "ip link set"},
	    {"ip addr add 1.2.3.4/8 dev x", "ip addr add"},
	    {"ip route del default", "ip route del"},
	    {"ip netns exec n ip link set x up", "ip link set"},
	    {"iptables -t nat -A PREROUTING -j x", "iptables -A"},
	    {"iptables -F", "iptables -F"},
	    {"iptables-restore <x", "iptables-restore"},
	    {"nft add rule x", "nft add"},
	    {"nft -f x", "nft -f"},
	    {"ufw allow 80", "ufw allow"},
	    {"firewall-cmd --add-port=80/tcp", "firewall-cmd --add-port"},
	    {"ifconfig eth0 down", "ifconfig"},
	    {"ifdown eth0", "ifdown"},
	    {"route add default gw x", "route add"},
	    {"arp -d x", "arp -d"},
	    {"tc qdisc add dev x", "tc qdisc add"},
	    {"nmcli con up x", "nmcli con up"},
	    {"resolvectl flush-caches", "resolvectl flush-caches"},
	    {"conntrack -D -s x", "conntrack -D"},
	    {"ipvsadm -C", "ipvsadm -C"},
	    {"wg-quick up x", "wg-quick up"},
	    {"ssh -p 22 web1 systemctl restart api", "systemctl restart"},
	    {"ssh web1 'cd /x && rm -f y >z'", "> z, rm"},
	    {"chroot /mnt rm x", "rm"},
	    {"nsenter -t 1 -n iptables -F", "iptables -F"},
	    /* packages */
	    {"apt-get -y install x", "apt-get install"},
	    {"apt update", "apt update"},
	    {"dpkg -i x.deb", "dpkg -i"},
	    {"dnf -y upgrade", "dnf upgrade"},
	    {"rpm -Uvh x.rpm", "rpm -U"},
	    {"apk add x", "apk add"},
	    {"pacman -Syu", "pacman -S"},
	    {"snap refresh x", "snap refresh"},
	    {"brew services restart x", "brew services restart"},
	    {"pip install -r x", "pip install"},
	    {"\"$venv/bin/pip\" install x", "pip install"},
	    {"python3 -m pip install x", "python3 -m pip install"},
	    {"npm ci", "npm ci"},
	    {"composer install", "composer install"},
	    /* containers */
	    {"docker restart web", "docker restart"},
	    {"docker run --rm x", "docker run"},
	    {"docker -H tcp://x compose -f y.yml up -d", "docker compose up"},
	    {"docker exec -it web rm -f x", "rm"},
	    {"docker exec web sh -c 'kill 1'", "kill"},
	    {"docker compose exec -T db psql -c 'DELETE FROM t'", "psql … DELETE"},
	    {"docker-compose down", "docker-compose down"},
	    {"podman volume rm x", "podman volume rm"},
	    {"crictl rm x", "crictl rm"},
	    {"kubectl -n x delete pod y", "kubectl delete"},
	    {"kubectl rollout restart deploy/x", "kubectl rollout restart"},
	    {"kubectl exec -n x pod -c app -- sh -c 'rm y'", "rm"},
	    {"kubectl exec pod -- kill 1", "kill"},
	    {"kubectl apply --dry-run=none -f x", "kubectl apply"},
	    {"helm upgrade x y", "helm upgrade"},
	    {"virsh destroy x", "virsh destroy"},
	    /* version control, deployment */
	    {"git -C /x pull", "git pull"},
	    {"git stash; git checkout main", "git stash, git checkout"},
	    {"git branch -D x", "git branch -D"},
	    {"ansible-playbook x.yml", "ansible-playbook"},
	    {"terraform apply -auto-approve", "terraform apply"},
	    {"aws --region x ec2 terminate-instances --instance-ids y", "aws ec2 terminate-instances"},
	    {"aws s3 rm s3://x", "aws s3 rm"},
	    {"gcloud compute instances stop x", "gcloud compute instances stop"},
	    {"az vm restart -n x", "az vm restart"},
	    /* HTTP */
	    {"curl -X POST http://x", "curl -X POST"},
	    {"curl -sXDELETE http://x", "curl -X DELETE"},
	    {"curl --request=PUT http://x", "curl --request PUT"},
	    {"curl -s -d a=b http://x", "curl -d"},
	    {"curl --data-binary @x http://x", "curl --data-binary"},
	    {"curl -T x http://x", "curl -T"},
	    {"curl -so x http://x", "curl -o"},
	    {"curl -X GET -o x http://x", "curl -o"},
	    {"curl -sD x http://x", "curl -D"},
	    {"curl -c jar http://x", "curl -c"},
	    {"curl -G -X POST -d a=b http://x", "curl -X POST"},
	    {"curl -X POST -d a=b http://x", "curl -X POST"},
	    {"curl -O http://x", "curl -O"},
	    {"wget http://x", "wget"},
	    {"wget -qO- --post-data=x http://x", "wget --post-data"},
	    {"http POST x a=b", "http POST"},
	    /* databases and queues */
	    {"psql -Atc 'delete from t'", "psql … delete"},
	    {"psql -c 'select 1' -c 'vacuum'", "psql … vacuum"},
	    {"psql --command='drop table x'", "psql … drop"},
	    {"psql -c 'select pg_terminate_backend(1)'", "psql … pg_terminate_backend"},
	    {"psql -o x -c 'select 1'", "psql -o"},
	    {"psql db <<E\nupdate t set a=1;\nE", "psql … update"},
	    {"sudo -u postgres psql <<'E'\nselect 1;\ntruncate t;\nE", "psql … truncate"},
	    {"psql <<< 'insert into t values (1)'", "psql … insert"},
	    {"echo 'drop table t' | psql", "psql … drop"},
	    {"cat <<E | psql\ndrop table t\nE", "psql … drop"},
	    {"mysql -uroot -Ne 'KILL 5'", "mysql … KILL"},
	    {"sqlite3 x.db 'delete from t'", "sqlite3 … delete"},
	    {"cqlsh -e 'TRUNCATE x'", "cqlsh … TRUNCATE"},
	    {"clickhouse-client -q 'DROP TABLE x'", "clickhouse-client … DROP"},
	    {"mysqladmin -u root flush-hosts", "mysqladmin flush-hosts"},
	    {"pg_ctl -D /x restart", "pg_ctl restart"},
	    {"pg_ctlcluster 15 main restart", "pg_ctlcluster 15 main restart"},
	    {"vacuumdb -a", "vacuumdb"},
	    {"pg_restore -d x y", "pg_restore -d"},
	    {"pg_dump -f x y", "pg_dump -f"},
	    {"mysqldump -r x y", "mysqldump -r"},
	    {"patronictl -c x failover", "patronictl failover"},
	    {"redis-cli -h x DEL a", "redis-cli DEL"},
	    {"redis-cli config set a b", "redis-cli config set"},
	    {"redis-cli --cluster fix x:1", "redis-cli --cluster fix"},
	    {"rabbitmqctl -n x purge_queue y", "rabbitmqctl purge_queue"},
	    {"rabbitmqctl set_policy x", "rabbitmqctl set_policy"},
	    {"rabbitmqadmin purge queue", "rabbitmqadmin purge"},
	    {"rabbitmq-plugins enable x", "rabbitmq-plugins enable"},
	    {"kafka-topics.sh --bootstrap-server x --delete --topic y", "kafka-topics.sh --delete"},
	    {"kafka-configs --alter", "kafka-configs --alter"},
	    {"kafka-consumer-groups --reset-offsets --execute", "kafka-consumer-groups --execute"},
	    {"kafka-leader-election --all", "kafka-leader-election"},
	    {"consul kv put a b", "consul kv put"},
	    {"consul maint -enable", "consul maint -enable"},
	    {"vault kv put a b=c", "vault kv put"},
	    {"etcdctl --endpoints x put a b", "etcdctl put"},
	    {"nomad job stop x", "nomad job stop"},
	    {"varnishadm ban x", "varnishadm ban"},
	    /* where output goes */
	    {"ps >x", "> x"},
	    {"ps >> \"$log\"", "> $log"},
	    {"ps &> x; ps >| y", "> x, > y"},
	    {": > x", "> x"},
	    {"{ ps; df; } > x", "> x"},
	    {"t=$(mktemp); ps > \"$t\"", "> $t"},
	    {"exec 3<>x", "> x"},
	    {"echo 3 > /proc/sys/vm/drop_caches", "> /proc/sys/vm/drop_caches"},
	    {"ps >aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "> …"},
	    /* however it is run */
	    {"timeout 5 nice rm x", "rm"},
	    {"bash -c 'rm x'", "rm"},
	    {"sudo bash -c \"echo 1 > /etc/x\"", "> /etc/x"},
	    {"for p in 1 2; do kill $p; done", "kill"},
	    {"trap 'rm -f x' EXIT", "rm"},
	    {"echo $(rm x) `rm y`", "rm, rm"},
	    {"f() { rm x; }; f", "rm"},
	    {"command kill 1", "kill"},
	};
	size_t n = count_rows();
	bool *hit = calloc(n, sizeof(*hit));

	(void)state;
	assert_non_null(hit);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i][0], rows[i][1], hit);
	for (size_t i = 0; i < n; i++) {
		/* Rows that only run others have no change of their own. */
		if (!hit[i] && (rb_change_rows[i].changes != NULL || rb_change_rows[i].sql != NULL))
			fail_msg("no command is found by the row of %s", rb_change_rows[i].programs);
	}
	free(hit);
}

static void
looks(void **state)
{
	static const char *const rows[] = {
	    "grep -rn x . | awk '$1 > 5 {print $2}' | sort -u | uniq -c | head -n 5",
	    "sed -n '/x/,/y/p' f; sed -nE 's/a/i/p' f; sed -e 's/-i/x/' f",
	    "jq '.a > 1' f; cat f; ps aux; ss -ltnp; lsof -i :80; df -h; free -m; uptime; vmstat 1 5",
	    "docker ps -a --format '{{.Names}}'; docker logs --tail 50 web; docker stats --no-stream; docker "
	    "inspect x",
	    "docker compose ps; docker compose -f x logs db; docker image ls; docker system df; docker top "
	    "web",
	    "docker exec web ls -l; docker exec db psql -c 'select 1'; docker exec -u root web cat "
	    "/etc/passwd",
	    "docker cp web:/x - | tar -tf -",
	    "systemctl status api; systemctl is-active x; systemctl show -p MainPID x; systemctl list-units "
	    "--state=failed",
	    "systemctl cat restart; systemctl is-enabled x || true",
	    "service nginx status; service --status-all",
	    "kill -0 $pid; kill -l; kill -s 0 1; pkill -0 -f x; killall -0 x; pgrep -f x",
	    "test -f x; [ a \\> b ]; [[ $a > $b ]]; (( a > b )); [ -n \"$x\" ]",
	    "curl -fsS http://x; curl -s -o /dev/null -w '%{http_code}' http://x; curl -I x; curl -sSL -m 5 "
	    "-H a:b x",
	    "curl -sD - x; curl -G -d a=b x; curl -X GET -d '{}' x; curl -XHEAD x; curl -so - x; curl "
	    "--output /dev/null x",
	    "wget -qO- x; wget -O - x; wget --spider x; wget -q -O /dev/null x",
	    "psql -Atc 'select count(*) from pg_stat_activity'; psql -l; psql -c '\\dt'",
	    "psql <<E\nselect * from t where a = 'delete';\n-- drop it\nE",
	    "echo 'select 1' | psql; mysql -e 'show processlist'; mysql -Ne \"select 'drop'\"; sqlite3 x "
	    "'select 1'",
	    "mysqladmin -u x status; mysqladmin processlist; pg_isready; pg_lsclusters; pg_ctl status; "
	    "pg_dump x | head",
	    "x | tee /dev/null; x | tee /dev/stderr | wc -l; x | tee >(wc -l)",
	    "x >/dev/null 2>&1; x 2>/dev/null; x &>/dev/null; x >&2; x 2>&1 >/dev/stderr; x >/dev/tty; x "
	    ">&\"$fd\"",
	    "exec 3<>/dev/tcp/h/80; echo x >/dev/tcp/h/80; printf x >&3; x < f; x <<< y; exec > >(cat)",
	    "crontab -l; crontab -u x -l; sysctl -n vm.swappiness; sysctl -a; mount; mount -t ext4; swapon "
	    "--show",
	    "iptables -L -n -v; iptables -t nat -nvL; iptables -S; iptables -C INPUT -j x; nft list ruleset; "
	    "ufw status",
	    "ip addr; ip -br a; ip -s link show dev eth0; ip route get 1.1.1.1; ip netns exec x ip addr; "
	    "ifconfig",
	    "route -n; arp -an; tc -s qdisc show; conntrack -C; ipvsadm -Ln; nmcli con show; firewall-cmd "
	    "--list-all",
	    "kubectl get pods -n x -o wide; kubectl logs -f x; kubectl describe pod x; kubectl rollout "
	    "status deploy/x",
	    "kubectl top pods; kubectl apply --dry-run=client -f x; kubectl exec x -- ls; kubectl auth can-i "
	    "delete pods",
	    "helm list; helm status x; helm history x; helm upgrade --dry-run x y; helm template x",
	    "git status; git log -5; git diff; git rev-parse HEAD; git stash list; git branch -a; git clean "
	    "-n; git show",
	    "apt list --upgradable; apt-get -s upgrade; apt-cache policy x; dpkg -l; rpm -qa; rpm -qi x; yum "
	    "list; dnf check-update",
	    "apk info; pacman -Qi x; pacman -Ss x; pip list; pip freeze; npm ls; brew services list; gem "
	    "list",
	    "python3 -m json.tool x; python3 -c 'print(1)'; perl -ne 'print if /i/' f; awk -F: '{print $1}' "
	    "f; ruby -e 1",
	    "redis-cli info; redis-cli -h x get set; redis-cli --bigkeys; redis-cli config get x; redis-cli "
	    "--cluster check x:1",
	    "rabbitmqctl list_queues; rabbitmqctl status; rabbitmqadmin list queues; kafka-topics.sh --list; "
	    "kafka-consumer-groups "
	    "--describe",
	    "consul kv get x; consul members; vault status; vault read x; vault write auth/approle/login "
	    "a=b; etcdctl endpoint health; nomad job "
	    "status x",
	    "aws ec2 describe-instances; aws s3 ls; aws s3 cp s3://x -; aws logs start-query x; gcloud "
	    "compute instances list",
	    "terraform plan; terraform state list; ansible-playbook --check x; az vm list",
	    "supervisorctl status; pm2 list; nginx -t; nginx -T; nginx -V; apachectl configtest; logrotate "
	    "-d x; monit status",
	    "journalctl -u x --since -1h -n 50; journalctl --disk-usage; dmesg -T; last; who; loginctl "
	    "list-sessions",
	    "date +%s; date -Is; date -u -d '1 hour ago' +%F; date -R; hwclock -r; timedatectl; hostnamectl; "
	    "chronyc tracking",
	    "find . -name '*.log' -mtime +7 -size +1M; find . -exec grep -l x {} +; find . | xargs -n 1 ls "
	    "-l",
	    "tar tzf x; tar -tf x; tar xOf x y; tar cf - d | wc -c; unzip -l x; gzip -dc x | head; gzip -t "
	    "x; zcat x",
	    "sort -t: -k2 f; sort -o /dev/stdout f; dd if=/dev/sda of=/dev/null count=1; cp f /dev/stdout; "
	    "rsync -an a b",
	    "sudo -l; sudo -n true; env; timeout 5 cat x; nice ls; command -v rm; type rm; which rm; man rm; "
	    "echo rm -rf /",
	    "bash -c 'ls'; sh -c 'kill -0 1'; ssh web1 uptime; ssh web1 'systemctl status x; df -h'; ssh -N "
	    "-L 1:x:2 web1",
	    "$cmd restart; \"$x\" rm; `which rm` y; eval \"$x\"; source x; ./x.sh; bash x.sh; make x",
	    "rm --help; systemctl restart --help; kubectl delete --dry-run=server pod x",
	    "kill() { :; }; kill 1",
	    "cat <<E\nrm -rf / > x\nE",
	    "zpool status; zpool import; zfs list; lvs; fsck -n /dev/x; jcmd 1 VM.flags; jmap -histo 1; "
	    "jstack 1; strace -p 1",
	    "tcpdump -i any -c 5; tcpdump -w - | wc; passwd -S x; modprobe -n x; ntpdate -q x; shutdown "
	    "--show; resolvectl query x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i], "", NULL);
}

static void
sql(void **state)
{
	static const char *const rows[][2] = {
	    {"INSERT INTO t VALUES (1)", "INSERT"},
	    {" \n/* x */ -- y\n update t set a = 1", "update"},
	    {"select 1; DELETE FROM t", "DELETE"},
	    {"BEGIN; DROP TABLE t; ROLLBACK", "DROP"},
	    {"with x as (select 1) insert into t select * from x", "insert"},
	    {"with x as (delete from t returning *) select * from x", "delete"},
	    {"with x as (select 1) update t set a=1", "update"},
	    {"copy t from stdin", "copy"},
	    {"copy t to '/x'", ""},
	    {"copy t to program 'x'", "copy"},
	    {"explain analyze delete from t", "delete"},
	    {"explain (analyze, buffers) update t set a=1", "update"},
	    {"set global x = 1", "set global"},
	    {"stop slave", "stop slave"},
	    {"select * into x from t", "into"},
	    {"select nextval('s')", "nextval"},
	    {"select 1 where pg_cancel_backend (1)", "pg_cancel_backend"},
	    {"GRANT x TO y", "GRANT"},
	    {"ALTER SYSTEM SET x = 1", "ALTER"},
	    {"\\timing\nvacuum full", "vacuum"},
	    {"comment on table t is 'x'", "comment on"},
	    {"", ""},
	    {"select 'delete from t'; select \"drop\", `insert`", ""},
	    {"select $$ ; drop table t; $$, $a$ ; drop $a$", ""},
	    {"select updated, deleted from t for update", ""},
	    {"with x as (select 1) select * from x for no key update", ""},
	    {"explain delete from t", ""},
	    {"explain analyze select 1", ""},
	    {"copy (select * from t) to stdout", ""},
	    {"start transaction; set statement_timeout = 1; show x; reset x", ""},
	    {"select a into @b from t", ""},
	    {"select pg_terminate_backend from t", ""},
	    {"select $x; select '$y", ""},
	    {"/* drop", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_str word = rb_sql_change(rb_str_c(rows[i][0]));

		if (!rb_str_is(word, rows[i][1]))
			fail_msg("%s: \"%.*s\", not \"%s\"", rows[i][0], RB_STR_ARG(word), rows[i][1]);
	}
}

/* Any command line, and any SQL, costs what its length does. */
static void
linear(void **state)
{
	static const char *const pieces[] = {"rm ", "curl -d ", "docker exec x ", "find -exec ", "ssh x ",
	    "psql -c ", "$a$ ", "'", "$1$2", "/*", "-- ", "with x (", "tar x", "-s", "> x ", "| psql ", "a\n",
	    "<<E ", "*=", "sed -"};
	enum { BYTES = 100000 };
	char *text = malloc(BYTES + 5);

	(void)state;
	assert_non_null(text);
	for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
		struct found f = {.rows = calloc(count_rows(), sizeof(bool))};
		size_t length = strlen(pieces[k]);
		int64_t start = rb_clock_mono(), took;
		struct rb_arena arena;

		memcpy(text, "psql ", 5);
		for (size_t n = 0; n < BYTES; n++)
			text[5 + n] = pieces[k][n % length];
		rb_arena_init(&arena, NULL);
		rb_buf_init(&f.what, NULL, 1 << 10);
		rb_changes(&arena, rb_shell_commands(&arena, (struct rb_str){text, BYTES + 5}), note, &f);
		rb_sql_change((struct rb_str){text, BYTES + 5});
		took = rb_clock_mono() - start;
		rb_arena_free(&arena);
		rb_buf_free(&f.what);
		free(f.rows);
		if (took > 2 * RB_SECOND)
			fail_msg("%s: %lld ms", pieces[k], (long long)(took / RB_MS));
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(changes),
	    cmocka_unit_test(looks),
	    cmocka_unit_test(sql),
	    cmocka_unit_test(linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
