/* Which commands plainly change something: commands both ways, each row of the table by one at least, and
 * SQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "lint/change.h"

struct found {
	struct rb_buf what; /* of all, with ", " */
	bool *rows;         /* those that found something */
	size_t n;
};

static size_t
count(const struct rb_change_row *rows)
{
	size_t n = 0;

	while (rows[n].programs != NULL)
		n++;
	return n;
}

static size_t
count_rows(void)
{
	return count(rb_change_host) + count(rb_change_systems);
}

static const struct rb_change_row *
row_at(size_t i)
{
	size_t n = count(rb_change_host);

	return i < n ? &rb_change_host[i] : &rb_change_systems[i - n];
}

static size_t
row_index(const struct rb_change_row *row)
{
	size_t i = 0;

	while (row_at(i) != row)
		i++;
	return i;
}

static void
note(void *ctx, const struct rb_change *change)
{
	struct found *f = ctx;

	rb_buf_fmt(&f->what, "%s%.*s", f->n++ > 0 ? ", " : "", RB_STR_ARG(change->what));
	if (change->row != NULL && f->rows != NULL)
		f->rows[row_index(change->row)] = true;
}

static void
check(const char *text, const char *expected, bool *rows)
{
	struct found f = {.rows = rows};
	struct rb_arena arena;

	rb_arena_init(&arena, NULL);
	rb_buf_init(&f.what, NULL, 1 << 16);
	rb_changes(&arena, rb_shell_followed(&arena, rb_str_c(text), NULL), note, &f);
	if (strcmp(rb_buf_cstr(&f.what), expected) != 0)
		print_error("%s\n  is told as \"%s\", not \"%s\"\n", text, rb_buf_cstr(&f.what), expected);
	assert_string_equal(rb_buf_cstr(&f.what), expected);
	rb_buf_free(&f.what);
	rb_arena_free(&arena);
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
	    {"t=$(mktemp); ps > \"$t\"", "mktemp, > $t"},
	    {"exec 3<>x", "> x"},
	    {"echo 3 > /proc/sys/vm/drop_caches", "> /proc/sys/vm/drop_caches"},
	    {"ps >aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "> …"},
	    /* texts that are fed to shells, other languages, what was missed once */
	    {"echo 'rm x' | sh", "rm"},
	    {"printf 'rm x\\n' | bash -s", "rm"},
	    {"printf '%s\\n' 'rm x' | bash", "rm"},
	    {"bash - <<'E'\nrm x\nE", "rm"},
	    {"cat <<E | sh\nrm x\nE", "rm"},
	    {"echo 'rm x' | sudo sh", "rm"},
	    {"echo rm x | sh", "rm"},
	    {"echo \"rm $x\" | sh", "rm"},
	    {"ssh h <<E\nrm x\nE", "rm"},
	    {"ssh h bash -s <<'E'\nrm x\nE", "rm"},
	    {"ssh h 'bash -s' <<'E'\nrm x\nE", "rm"},
	    {"ssh h sh <<'E'\nrm x\nE", "rm"},
	    {"docker exec -i web sh <<'E'\nrm x\nE", "rm"},
	    {"kubectl exec -i pod -- bash <<'E'\nrm x\nE", "rm"},
	    {"echo 'rm x' | ssh h", "rm"},
	    {"echo 'rm x' | docker exec -i web sh", "rm"},
	    {"awk '{print > \"out\"}' f", "awk … > out"},
	    {"awk '{print $1 >> \"out.log\"}' f", "awk … > out.log"},
	    {"awk '{ print | \"sort > x\" }' f", "> x"},
	    {"awk '{ print | \"mail -s x y\" }' f", "mail"},
	    {"awk 'BEGIN { system(\"rm x\") }'", "rm"},
	    {"awk '{ system(\"kill \" $1) }' f", "kill"},
	    {"awk '{ printf \"%s\\n\", $1 > \"/tmp/x\" }' f", "awk … > /tmp/x"},
	    {"awk '{ print > $1\".txt\" }' f", "awk … > …"},
	    {"mawk '{print > \"x\"}' f", "mawk … > x"},
	    {"sed -n 'w out' f", "sed … > out"},
	    {"sed -n '/x/w out' f", "sed … > out"},
	    {"sed 's/a/b/w out' f", "sed … > out"},
	    {"sed -e 's/a/b/gw out' f", "sed … > out"},
	    {"sed '1e rm x' f", "rm"},
	    {"sed -n '$!{N;w out", "sed … > out"},
	    {"mktemp", "mktemp"},
	    {"mktemp -d", "mktemp"},
	    {"parallel rm", "rm"},
	    {"parallel rm ::: a b", "rm"},
	    {"parallel -j 4 rm {} ::: a", "rm"},
	    {"ls | parallel rm", "rm"},
	    {"ls | parallel -j2 'rm {}'", "rm"},
	    {"at now + 5 minutes", "at"},
	    {"echo 'rm x' | at now", "at"},
	    {"at -f job now", "at"},
	    {"batch", "batch"},
	    {"atrm 5", "atrm"},
	    {"at -d 5", "at"},
	    {"fd -x rm", "rm"},
	    {"fd -e tmp -X rm", "rm"},
	    {"psql -c \"COPY t TO '/tmp/file'\"", "psql … COPY"},
	    {"psql -c \"COPY (SELECT 1) TO '/tmp/x'\"", "psql … COPY"},
	    {"psql -c '\\o file' -c 'select 1'", "psql … \\o"},
	    {"psql <<E\n\\o file\nselect 1;\nE", "psql … \\o"},
	    {"psql -c \"\\copy t to 'x'\"", "psql … \\copy"},
	    {"psql -c '\\copy t from x'", "psql … \\copy"},
	    {"psql -c \"select lo_export(1, '/x')\"", "psql … lo_export"},
	    {"psql -c \"NOTIFY x\"", "psql … NOTIFY"},
	    {"psql -c \"CHECKPOINT\"", "psql … CHECKPOINT"},
	    {"mysql --tee=x -e 'select 1'", "mysql --tee"},
	    {"sqlite3 db \".backup x\"", "sqlite3 … .backup"},
	    {"sqlite3 db \".output x\"", "sqlite3 … .output"},
	    {"mongo --eval 'db.dropDatabase()'", "mongo … db.dropDatabase"},
	    {"mongosh --eval 'db.t.drop()'", "mongosh … db.t.drop"},
	    {"mongosh db --eval 'db.t.insertOne({a:1})'", "mongosh … db.t.insertOne"},
	    {"mongosh --eval 'rs.stepDown()'", "mongosh … rs.stepDown"},
	    {"curl -X PURGE http://x", "curl -X PURGE"},
	    {"curl --trace x http://x", "curl --trace"},
	    {"curl --stderr x http://x", "curl --stderr"},
	    {"curl -Q 'DELE x' ftp://x", "curl -Q"},
	    {"cpio -i < x", "cpio -i"},
	    {"cpio -idmv", "cpio -i"},
	    {"ar x lib.a", "ar -x"},
	    {"7z x a.7z", "7z x"},
	    {"jar xf x", "jar -x"},
	    {"unrar x a", "unrar x"},
	    {"git config --global a b", "git config --global"},
	    {"git config --local user.name x", "git config --local"},
	    {"git remote prune origin", "git remote prune"},
	    {"git lfs pull", "git lfs pull"},
	    {"git notes add", "git notes add"},
	    {"git bisect start", "git bisect"},
	    {"svn up", "svn up"},
	    {"svn update", "svn update"},
	    {"hg pull", "hg pull"},
	    {"hg update", "hg update"},
	    {"docker save -o x img", "docker save -o"},
	    {"docker export -o x web", "docker export -o"},
	    {"docker secret create a b", "docker secret create"},
	    {"docker config rm x", "docker config rm"},
	    {"docker context use x", "docker context use"},
	    {"docker plugin install x", "docker plugin install"},
	    {"ssh-keygen -R host", "ssh-keygen"},
	    {"ssh-keygen -t rsa -f x", "ssh-keygen"},
	    {"ssh-copy-id host", "ssh-copy-id"},
	    {"ssh-add key", "ssh-add"},
	    {"python -c \"open('x','w').write('a')\"", "python … open"},
	    {"python3 -c \"import os; os.remove('x')\"", "python3 … os.remove"},
	    {"python3 -c \"import shutil; shutil.rmtree('x')\"", "python3 … shutil.rmtree"},
	    {"python3 - <<E\nopen('x', 'w').write('y')\nE", "python3 … open"},
	    {"python3 -c \"import subprocess; subprocess.run(['rm','x'])\"", "rm"},
	    {"python3 -c 'import os; os.system(\"rm x\")'", "rm"},
	    {"perl -e 'unlink \"x\"'", "perl … unlink"},
	    {"perl -e 'open(F, \">\", \"x\")'", "perl … open"},
	    {"perl -e 'system(\"rm x\")'", "rm"},
	    {"ruby -e 'File.write(\"x\",\"y\")'", "ruby … File.write"},
	    {"node -e 'require(\"fs\").writeFileSync(\"x\",\"y\")'", "node … .writeFileSync"},
	    {"blockdev --setra 256 /dev/x", "blockdev --setra"},
	    {"ethtool -s eth0 speed 100", "ethtool -s"},
	    {"ethtool -K eth0 tso off", "ethtool -K"},
	    {"smartctl -t short /dev/sda", "smartctl -t"},
	    {"nvme format /dev/x", "nvme format"},
	    {"parted /dev/x mklabel gpt", "parted /dev/x mklabel"},
	    {"parted -s /dev/x mkpart a", "parted /dev/x mkpart"},
	    {"fdisk /dev/x", "fdisk"},
	    {"sfdisk /dev/x", "sfdisk"},
	    {"sgdisk -n 0:0:0 /dev/x", "sgdisk"},
	    {"cryptsetup luksOpen /dev/x y", "cryptsetup luksOpen"},
	    {"cryptsetup close y", "cryptsetup close"},
	    {"losetup /dev/loop0 x", "losetup"},
	    {"losetup -d /dev/loop0", "losetup -d"},
	    {"mdadm --manage /dev/md0 --fail /dev/x", "mdadm --manage"},
	    {"mdadm --stop /dev/md0", "mdadm --stop"},
	    {"tune2fs -m 1 /dev/x", "tune2fs"},
	    {"btrfs subvolume delete x", "btrfs subvolume delete"},
	    {"btrfs balance start /", "btrfs balance start"},
	    {"lvchange -ay x", "lvchange"},
	    {"vgchange -ay", "vgchange"},
	    {"dmsetup remove x", "dmsetup remove"},
	    {"multipath -F", "multipath -F"},
	    {"iscsiadm -m node --login", "iscsiadm --login"},
	    {"quotaon -a", "quotaon"},
	    {"setquota x", "setquota"},
	    {"edquota x", "edquota"},
	    {"vipw", "vipw"},
	    {"visudo", "visudo"},
	    {"chage -d 0 x", "chage"},
	    {"hostname newname", "hostname"},
	    {"dpkg-reconfigure x", "dpkg-reconfigure"},
	    {"apt-mark hold x", "apt-mark hold"},
	    {"add-apt-repository x", "add-apt-repository"},
	    {"apt-key add x", "apt-key add"},
	    {"yum-config-manager --enable x", "yum-config-manager --enable"},
	    {"update-ca-trust", "update-ca-trust"},
	    {"ldconfig", "ldconfig"},
	    {"locale-gen", "locale-gen"},
	    {"dmesg -C", "dmesg -C"},
	    {"dmesg -c", "dmesg -c"},
	    {"wall hello", "wall"},
	    {"write user", "write"},
	    {"mail -s x y", "mail"},
	    {"sendmail x", "sendmail"},
	    {"mailx x", "mailx"},
	    {"postqueue -f", "postqueue -f"},
	    {"exim -M id", "exim -M"},
	    {"echo 'set a b' | redis-cli", "redis-cli set"},
	    {"redis-cli <<E\nDEL a\nE", "redis-cli DEL"},
	    {"redis-cli geoadd a", "redis-cli geoadd"},
	    {"redis-cli zunionstore a", "redis-cli zunionstore"},
	    {"redis-cli lpushx a", "redis-cli lpushx"},
	    {"nodetool repair", "nodetool repair"},
	    {"nodetool flush", "nodetool flush"},
	    {"nodetool drain", "nodetool drain"},
	    {"nodetool cleanup", "nodetool cleanup"},
	    {"nodetool decommission", "nodetool decommission"},
	    {"nodetool compact", "nodetool compact"},
	    {"elasticsearch-plugin install x", "elasticsearch-plugin install"},
	    {"kafka-reassign-partitions.sh --execute", "kafka-reassign-partitions.sh --execute"},
	    {"kafka-acls.sh --add", "kafka-acls.sh --add"},
	    {"nats pub x y", "nats pub"},
	    {"mosquitto_pub -t x", "mosquitto_pub"},
	    {"amqp-publish x", "amqp-publish"},
	    {"sv restart x", "sv restart"},
	    {"s6-svc -r x", "s6-svc"},
	    {"initctl restart x", "initctl restart"},
	    {"busctl call a b c d", "busctl call"},
	    {"machinectl poweroff x", "machinectl poweroff"},
	    {"gcore 1", "gcore"},
	    {"skill x", "skill"},
	    {"tmux new -d rm", "tmux new"},
	    {"tmux kill-server", "tmux kill-server"},
	    {"tmux send-keys x", "tmux send-keys"},
	    {"script -c 'rm x'", "rm"},
	    {"sudo -s <<E\nrm x\nE", "rm"},
	    {"pkexec rm x", "rm"},
	    {"gosu app rm x", "rm"},
	    {"su-exec app rm x", "rm"},
	    {"setpriv --reuid 1 rm x", "rm"},
	    {"unshare -n rm x", "rm"},
	    {"systemd-inhibit rm x", "rm"},
	    {"strace -f rm x", "rm"},
	    {"ltrace rm x", "rm"},
	    {"ifne rm x", "rm"},
	    {"chronic rm x", "rm"},
	    {"numactl rm x", "rm"},
	    {"cgexec -g x rm y", "rm"},
	    {"fakeroot rm x", "rm"},
	    {"proxychains rm x", "rm"},
	    {"sshpass -p x ssh h rm y", "rm"},
	    {"pssh -h f rm x", "rm"},
	    {"pdsh -w h rm x", "rm"},
	    {"clush -w h rm x", "rm"},
	    {"ansible all -m service -a 'name=x state=restarted'", "ansible -m service"},
	    {"vagrant up", "vagrant up"},
	    {"multipass exec x -- rm y", "rm"},
	    {"docker exec -i db psql <<E\ndelete from t;\nE", "psql … delete"},
	    {"docker compose exec -T db psql -U p <<E\ndelete from t;\nE", "psql … delete"},
	    {"kubectl exec -i p -- psql <<< 'delete from t'", "psql … delete"},
	    {"cat <<E | docker exec -i db psql\ndelete from t;\nE", "psql … delete"},
	    {"openssl genrsa -out x", "openssl -out"},
	    {"openssl req -new -out x", "openssl -out"},
	    {"openssl x509 -in a -out b", "openssl -out"},
	    {"gpg --import x", "gpg --import"},
	    {"gpg -o x -d y", "gpg -o"},
	    {"keytool -import x", "keytool -import"},
	    {"acme.sh --renew", "acme.sh --renew"},
	    {"terraform init", "terraform init"},
	    {"flux reconcile x", "flux reconcile"},
	    {"argocd app sync x", "argocd app sync"},
	    {"aws lambda invoke x", "aws lambda invoke"},
	    {"aws autoscaling set-desired-capacity x", "aws autoscaling set-desired-capacity"},
	    {"aws route53 change-resource-record-sets x", "aws route53 change-resource-record-sets"},
	    {"gcloud container clusters resize x", "gcloud container clusters resize"},
	    {"gsutil cp a gs://b", "gsutil cp"},
	    {"gsutil rm gs://b", "gsutil rm"},
	    {"heroku ps:restart", "heroku ps:restart"},
	    {"heroku restart", "heroku restart"},
	    {"cf restart x", "cf restart"},
	    {"poetry install", "poetry install"},
	    {"uv pip install x", "uv pip install"},
	    {"conda install x", "conda install"},
	    {"go install x", "go install"},
	    {"nix-env -i x", "nix-env -i"},
	    {"nixos-rebuild switch", "nixos-rebuild switch"},
	    {"php artisan migrate", "php artisan migrate"},
	    {"php artisan queue:restart", "php artisan queue:restart"},
	    {"rails db:migrate", "rails db:migrate"},
	    {"rake db:migrate", "rake db:migrate"},
	    {"bundle exec rake db:migrate", "rake db:migrate"},
	    {"./manage.py migrate", "manage.py migrate"},
	    {"python manage.py migrate", "python manage.py migrate"},
	    {"alembic upgrade head", "alembic upgrade"},
	    {"flyway migrate", "flyway migrate"},
	    {"pg_repack x", "pg_repack"},
	    {"pgbench -i", "pgbench"},
	    {"repmgr standby switchover", "repmgr standby switchover"},
	    {"mysqlcheck --repair x", "mysqlcheck --repair"},
	    {"mysqlcheck -o x", "mysqlcheck -o"},
	    {"mysqlimport x", "mysqlimport"},
	    {"mysql_upgrade", "mysql_upgrade"},
	    {"xtrabackup --backup", "xtrabackup --backup"},
	    {"mariadb-backup --backup", "mariadb-backup --backup"},
	    {"mongodump -o x", "mongodump"},
	    {"mongodump", "mongodump"},
	    {"mongorestore x", "mongorestore"},
	    {"a2ensite x", "a2ensite"},
	    {"a2dismod x", "a2dismod"},
	    {"caddy reload", "caddy reload"},
	    {"squid -k reconfigure", "squid -k reconfigure"},
	    {"rndc reload", "rndc reload"},
	    {"rndc flush", "rndc flush"},
	    {"unbound-control reload", "unbound-control reload"},
	    {"systemd-resolve --flush-caches", "systemd-resolve --flush-caches"},
	    {"nscd -i hosts", "nscd -i"},
	    {"sss_cache -E", "sss_cache"},
	    {"buildah rm x", "buildah rm"},
	    {"skopeo copy a b", "skopeo copy"},
	    {"auditctl -D", "auditctl -D"},
	    {"auditctl -w x", "auditctl -w"},
	    {"setcap x y", "setcap"},
	    {"restorecon x", "restorecon"},
	    {"chcon x", "chcon"},
	    {"aa-disable x", "aa-disable"},
	    {"fail2ban-client set x unbanip y", "fail2ban-client set"},
	    {"fail2ban-client reload", "fail2ban-client reload"},
	    {"wg set x", "wg set"},
	    {"brctl addbr x", "brctl addbr"},
	    {"bridge fdb add x", "bridge fdb add"},
	    {"ovs-vsctl add-br x", "ovs-vsctl add-br"},
	    {"vtysh -c 'clear bgp *'", "vtysh -c clear bgp *"},
	    {"birdc configure", "birdc configure"},
	    {"pcs resource restart x", "pcs resource restart"},
	    {"crm resource restart x", "crm resource restart"},
	    {"drbdadm up x", "drbdadm up"},
	    {"ceph osd out 1", "ceph osd out"},
	    {"ceph osd set noout", "ceph osd set"},
	    {"rbd rm x", "rbd rm"},
	    {"rados rm x", "rados rm"},
	    {"gluster volume start x", "gluster volume start"},
	    {"rclone copy a b", "rclone copy"},
	    {"rclone sync a b", "rclone sync"},
	    {"restic backup x", "restic backup"},
	    {"restic forget x", "restic forget"},
	    {"borg create x", "borg create"},
	    {"borg prune x", "borg prune"},
	    {"awk '{ print sum / NR > 5 }' f", "awk … > …"},
	    {"awk '{ print $1; print $2 > \"x\" }' f", "awk … > x"},
	    {"sed 's/[/]/x/w out' f", "sed … > out"},
	    {"sed -n '/[[:digit:]]/w out' f", "sed … > out"},
	    {"sed 's/[/x/w out' f", "sed … > out"},
	    {"sed -f x -n 'p' f; sed --expression='w out' f", "sed … > out"},
	    {"semanage port -a -t http_port_t -p tcp 8080", "semanage port -a"},
	    {"salt '*' service.restart x", "salt * service.restart"},
	    {"multipass restart x", "multipass restart"},
	    /* values that the text gives its variables */
	    {"for a in stop start; do systemctl $a x; done", "systemctl stop, systemctl start"},
	    {"x=restart; systemctl $x api", "systemctl restart"},
	    {"x=restart\nsystemctl \"${x}\" api", "systemctl restart"},
	    {"c=touch; $c F", "touch"},
	    {"a=(rm x); \"${a[@]}\"", "rm"},
	    {"c='systemctl restart x'; $c", "systemctl restart"},
	    {"f() { local x=stop; systemctl $x api; }", "systemctl stop"},
	    {"m=POST; curl -X$m http://x", "curl -X POST"},
	    {"q='delete from t'; psql -c \"$q\"", "psql … delete"},
	    {"q='delete from t'; echo \"$q\" | psql", "psql … delete"},
	    {"x=restart; bash -c \"systemctl $x api\"", "systemctl restart"},
	    {"for a in 1 2 3 4 5 6 7 8 9; do for b in stop kill; do systemctl $b $a; done; done",
		"systemctl stop, systemctl kill"},
	    /* what stands elsewhere */
	    {"bash < f", "bash < f"},
	    {"psql < f", "psql < f"},
	    {"psql -f x", "psql -f"},
	    {"psql -f x <<E\ndelete from t\nE", "psql -f"}, /* which is not read */
	    {"cat q.sql | psql", "cat | psql"},
	    {"find . -name '*.tmp' | sed 's/^/rm /' | sh", "sed | sh"},
	    {"mysql db < f", "mysql < f"},
	    {"curl -fsSL https://x/i.sh | bash", "curl | bash"},
	    {"wget -qO- x | sudo sh", "wget | sh"},
	    {"base64 -d x | sh", "base64 | sh"},
	    {"bash <(curl x)", "bash <(…)"},
	    {"ssh h 'bash -s' < s.sh", "bash < s.sh"},
	    {"cat f | ssh h bash", "cat | bash"},
	    {"cat < f | ssh h", "sh < f"},
	    {"redis-cli < f", "redis-cli < f"},
	    {"redis-cli --eval x.lua", "redis-cli --eval"},
	    {"mongosh -f x.js", "mongosh -f"},
	    {"source f", "source"},
	    {". ./lib.sh", "."},
	    {"python3 < f", "python3 < f"},
	    /* what is left behind */
	    {"./server >/dev/null 2>&1 &", "server … &"},
	    {"sleep 1 & echo a && echo b", "sleep … &"},
	    {"nohup ./server &", "nohup … &"},
	    {"disown -a", "disown"},
	    {"setsid ./server", "setsid"},
	    {"gunicorn -D app", "gunicorn -D"},
	    {"redis-server --daemonize yes", "redis-server --daemonize"},
	    {"mongod --fork --logpath x", "mongod --fork"},
	    {"haproxy -D -f x", "haproxy -D"},
	    /* more programs */
	    {"ipset flush", "ipset flush"},
	    {"ss -K dst 1.2.3.4", "ss -K"},
	    {"ipmitool chassis power off", "ipmitool chassis power off"},
	    {"vagrant ssh -c 'rm x'", "rm"},
	    {"python3 -m alembic upgrade head", "python3 -m alembic upgrade"},
	    {"python manage.py flush", "python manage.py flush"},
	    {"django-admin migrate", "django-admin migrate"},
	    {"flask db upgrade", "flask db upgrade"},
	    {"prisma migrate deploy", "prisma migrate deploy"},
	    {"npx knex migrate:latest", "knex migrate:latest"},
	    {"sequelize db:migrate", "sequelize db:migrate"},
	    {"mix ecto.migrate", "mix ecto.migrate"},
	    {"celery -A app purge -f", "celery purge"},
	    {"celery -A app control shutdown", "celery control"},
	    {"rq empty default", "rq empty"},
	    {"make -C x stop", "make stop"},
	    {"npm run restart", "npm run restart"},
	    {"oc rollout latest x", "oc rollout latest"},
	    {"k delete pod x", "k delete"},
	    {"k3s kubectl delete pod x", "kubectl delete"},
	    {"minikube stop", "minikube stop"},
	    {"kind delete cluster", "kind delete"},
	    {"gh workflow run x", "gh workflow run"},
	    {"gh api -X POST x", "gh api -X POST"},
	    {"doctl compute droplet-action reboot 1", "doctl compute droplet-action reboot"},
	    {"fly deploy", "fly deploy"},
	    {"s3cmd del s3://x", "s3cmd del"},
	    {"mc rm x/y", "mc rm"},
	    {"lftp -e 'rm x' h", "rm"},
	    {"ansible all -m shell -a 'rm x'", "rm"},
	    {"salt '*' cmd.run 'rm x'", "rm"},
	    {"xh post x", "xh post"},
	    {"influx -execute 'drop database x'", "influx … drop"},
	    {"journalctl --sync", "journalctl --sync"},
	    {"python3 -c 'import requests; requests.post(\"http://x\")'", "python3 … requests.post"},
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
	size_t n = count_rows(), missed = 0;
	bool *hit = calloc(n, sizeof(*hit));

	(void)state;
	assert_non_null(hit);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i][0], rows[i][1], hit);
	for (size_t i = 0; i < n; i++) {
		/* Rows that only run others have no change of their own. */
		if (hit[i] || (row_at(i)->changes == NULL &&
				  (row_at(i)->texts == NULL || row_at(i)->language == RB_SHELL)))
			continue;
		print_error("no command is found by the row of %s\n", row_at(i)->programs);
		missed++;
	}
	assert_int_equal(missed, 0);
	free(hit);
}

/* How many changes are found in a text that says its line n times between what comes before and after. */
static size_t
count_changes(const char *before, const char *line, size_t n, const char *after, const char *input)
{
	struct rb_shell_redirect document = {.how = RB_REDIRECT_DOCUMENT};
	struct rb_shell_command runner = {.redirects = &document};
	struct found f = {.rows = NULL};
	struct rb_arena arena;
	struct rb_buf text;

	document.to = (struct rb_shell_word){.text = rb_str_c(input), .constant = true};
	rb_arena_init(&arena, NULL);
	rb_buf_init(&text, NULL, 1 << 20);
	rb_buf_init(&f.what, NULL, 1 << 20);
	rb_buf_c(&text, before);
	for (size_t i = 0; i < n; i++) {
		rb_buf_c(&text, line);
		if (line[1] == '#') /* each with its number */
			rb_buf_fmt(&text, "%zu ", i);
	}
	rb_buf_c(&text, after);
	rb_changes(&arena, rb_shell_followed(&arena, rb_buf_view(&text), &runner), note, &f);
	rb_buf_free(&f.what);
	rb_buf_free(&text);
	rb_arena_free(&arena);
	return f.n;
}

static void
limits(void **state)
{
	static const struct {
		const char *before;
		const char *line; /* said n times */
		size_t n;
		const char *after, *input;
		size_t found;
	} rows[] = {
	    {"for a in ", "s#", RB_SHELL_VALUES - 1, "stop; do systemctl $a x; done", "", 1},
	    {"for a in ", "s#", RB_SHELL_VALUES, "stop; do systemctl $a x; done", "", 0},
	    {"a='rm ", "x", RB_SHELL_VALUE_BYTES - 3, "'; $a", "", 1},
	    {"a='rm ", "x", RB_SHELL_VALUE_BYTES - 2, "'; $a", "", 0},
	    {"for a in show stop; do ", "systemctl $a x\n", RB_SHELL_COPIES, "done", "", RB_SHELL_COPIES},
	    {"for a in show stop; do ", "systemctl $a x\n", RB_SHELL_COPIES + 1, "done", "", RB_SHELL_COPIES},
	    {"", "true\n", RB_SHELL_READERS - 1, "sh", "rm x", 1},
	    {"", "true\n", RB_SHELL_READERS, "sh", "rm x", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    count_changes(rows[i].before, rows[i].line, rows[i].n, rows[i].after, rows[i].input),
		    rows[i].found);
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
	    "$cmd restart; \"$x\" rm; `which rm` y; eval \"$x\"; ./x.sh; bash x.sh; make x",
	    "rm --help; systemctl restart --help; kubectl delete --dry-run=server pod x",
	    "x=status; systemctl $x api; for a in is-active is-enabled; do systemctl $a api; done",
	    "c='rm x'; echo \"$c\"; printf '%s' $c; x=$(cat f); systemctl $x api; x=a; echo '$x'",
	    "bash < /dev/null; echo 'select 1' | psql; cat f | xargs -n1 psql -c 'select 1'; psql -f -",
	    "f() { echo uptime; }; f | bash; cat f | python3 -m json.tool; curl x | python3 -c 'print(1)'",
	    "curl x | jq .; cat hosts | ssh h cat; redis-cli ping < /dev/null; cat x | redis-cli -x get a",
	    ". /etc/os-release; source venv/bin/activate; . ./.env; source /etc/default/x",
	    "sleep 1 & sleep 2 & wait; a && b; x 2>&1; setsid -w true; start-stop-daemon --status -p x",
	    "gunicorn --check-config x; haproxy -c -f x; redis-server --version; mongod --version",
	    "ipset list; ss -ltnp; ipmitool chassis power status; ipmitool sensor; vagrant status; vagrant "
	    "ssh -c uptime",
	    "python manage.py check; python manage.py showmigrations; python3 -m alembic current; "
	    "django-admin "
	    "check; flask db current; flask routes",
	    "prisma migrate status; npx knex migrate:status; sequelize db:migrate:status; mix "
	    "ecto.migrations; "
	    "celery -A app status; celery -A x inspect ping; rq info",
	    "make -n stop; make status; npm run lint; k get pods; k3s kubectl get pods; microk8s status; "
	    "minikube status; kind get clusters",
	    "gh run list; gh api x; doctl compute droplet list; fly status; s3cmd ls; mc ls x; lftp -e 'ls' "
	    "h; "
	    "ansible all -m shell -a uptime; salt '*' cmd.run uptime",
	    "xh get x; influx -execute 'show databases'; python3 -c 'requests.get(1)'; mongosh -f /dev/null",
	    "kill() { :; }; kill 1",
	    "cat <<E\nrm -rf / > x\nE",
	    "zpool status; zpool import; zfs list; lvs; fsck -n /dev/x; jcmd 1 VM.flags; jmap -histo 1; "
	    "jstack 1; strace -p 1",
	    "uptime; w; who -b; last -n 20; lastlog; id; whoami; hostname; hostname -f; hostname -I; uname "
	    "-a; arch; nproc; lscpu",
	    "cat /etc/os-release /proc/loadavg /proc/meminfo; head -50 /var/log/syslog; tail -n 100 -f "
	    "/var/log/app.log",
	    "tail -n 200 \"$log_file\" | grep -c ERROR",
	    "grep -E 'ERROR|FATAL' \"$log\" | tail -20",
	    "grep -rl --include='*.conf' listen /etc/nginx",
	    "zgrep -h error /var/log/app.log.*.gz | wc -l",
	    "awk '$9 >= 500 {n++} END {print n+0}' access.log",
	    "awk -F'\"' '{print $2}' access.log | sort | uniq -c | sort -rn | head",
	    "awk 'NR>1 && $5+0 > 90 {print $6, $5}'",
	    "awk '{ if ($3 > max) max = $3 } END { print max }' f",
	    "awk '{ print ($1 > 5) }' f",
	    "awk '{ print ($1 > 5 ? \"high\" : \"low\") }' f",
	    "awk '{ print $1 > \"/dev/stderr\" }' f",
	    "awk '{ print | \"sort -n\" } END { close(\"sort -n\") }' f",
	    "awk '{ \"date +%s\" | getline now; print now - $1 }' f",
	    "awk 'BEGIN { while ((\"ls /tmp\" | getline f) > 0) print f }'",
	    "awk '$0 ~ /a>b/ { print \"x > y\" }' f",
	    "awk '/rm -rf > x/ { print }' f",
	    "awk '{ n = split($0, a, /[/]/); print a[n] }' f",
	    "awk \"/$pattern/ { print \\$2 }\" f",
	    "awk -v t=80 '$5 + 0 >= t { print $0; bad = 1 } END { exit bad }'",
	    "awk '{ print $1, $2 }\n$3 > 5 { print }' f",
	    "awk '# print > \"x\"\n{ print }' f",
	    "awk '{ printf \"%-20s %s\\n\", $1, $2 }' f",
	    "awk '{ s = (a || b) ? 1 : 2; print s }' f",
	    "awk 'length($0) > 80' f",
	    "sed -n '1,10p' f; sed '/^#/d' f; sed 's/a/b/g;s/c/d/' f; sed -E 's#(x)/(y)#\\2#' f",
	    "sed -n '/start/,/end/{/x/p}' f; sed '$!N;P;D' f; sed -e 's/w x/y/' -e '/write/d' f",
	    "sed \"s/${a//w/x}/e/\" f; sed 's/^/w /' f; sed '1i\\\nw out' f; sed 'y/abc/wex/' f; sed -n '$=' "
	    "f; sed 's/x/y/p' f | wc -l; sed ':a;N;$!ba;s/\\n/ /g' f",
	    "sed -n 's/.*=//p' f; sed 's|/w /|x|' f; sed '/x/!s/w/e/I' f; sed '5q' f; sed -n 'l' f; sed "
	    "'\\,w x,d' f; sed 'a w' f",
	    "sed 's/a/b/w /dev/stdout' f",
	    "ps aux --sort=-%mem | head; ps -eo pid,ppid,cmd; ps -p \"$pid\" -o rss=; pgrep -af nginx; pidof "
	    "nginx; pstree -p; top -b -n 1 | head -20",
	    "kill -0 \"$pid\" 2>/dev/null; kill -l TERM; ls -la /proc/$pid/fd | wc -l; readlink "
	    "/proc/$pid/exe; cat /proc/$pid/status",
	    "ss -ltnp 'sport = :8080'; ss -s; netstat -plant; lsof -nP -iTCP:8080 -sTCP:LISTEN; lsof +L1; "
	    "fuser 8080/tcp; fuser -v /var",
	    "df -h; df -i /; du -sh /var/log/*; du -x / | sort -n | tail; lsblk -f; blkid; findmnt /; mount "
	    "| grep nfs; mountpoint -q /data",
	    "free -m; vmstat 1 3; iostat -x 1 2; mpstat 1 1; sar -u; pidstat 1 1; iotop -b -n 1; dmesg -T | "
	    "tail -50; dmesg --level=err",
	    "dmesg -l err,crit -T; swapon --show; swapon -s; cat /proc/swaps; sysctl vm.swappiness; sysctl "
	    "-n net.core.somaxconn; sysctl -a",
	    "ip addr show eth0; ip -br link; ip route; ip route get 8.8.8.8; ip neigh; ip -s link; ip rule "
	    "list; ip -j addr | jq .; ip netns list",
	    "ethtool eth0; ethtool -S eth0; ethtool -i eth0; ethtool -k eth0; ethtool -g eth0; bridge link "
	    "show; bridge fdb show; brctl show",
	    "iptables -L -n; iptables-save | grep DROP; nft list ruleset; ufw status verbose; firewall-cmd "
	    "--list-all; firewall-cmd --state",
	    "ping -c 3 host; traceroute host; mtr -r -c 5 host; dig +short example.com @1.1.1.1; nslookup x; "
	    "host x; getent hosts x",
	    "nc -zv host 5432; nc -z -w 3 host 80; telnet host 80 </dev/null; openssl s_client -connect "
	    "h:443 </dev/null; timeout 3 bash -c '</dev/tcp/h/80'",
	    "openssl x509 -in c.pem -noout -enddate; openssl verify c.pem; openssl rsa -in k -check -noout; "
	    "openssl req -in r -noout -text",
	    "echo | openssl s_client -connect h:443 2>/dev/null | openssl x509 -noout -dates",
	    "curl -fsS http://localhost/health; curl -sS -o /dev/null -w '%{http_code}' -m 5 http://x; curl "
	    "-I http://x; curl -sk https://x | jq .",
	    "curl --head http://x; curl -s --unix-socket /var/run/docker.sock http://d/containers/json; curl "
	    "-sf -H 'Accept: a' \"http://x?y=$z\"",
	    "curl -sG --data-urlencode 'query=up' http://prom/api/v1/query; curl -s -u a:b http://x; curl -s "
	    "-X GET http://x; curl -vso- http://x",
	    "curl -s http://x --output - | head -c 100; curl --resolve a:1:b http://a; curl -sS --retry 3 "
	    "--connect-timeout 2 http://x",
	    "wget -qO- http://x; wget --spider -S http://x; wget -q -O /dev/null http://x",
	    "systemctl status nginx --no-pager -l; systemctl is-active --quiet nginx; systemctl is-failed x; "
	    "systemctl list-units --failed",
	    "systemctl show nginx -p ActiveState; systemctl cat nginx; systemctl list-timers; systemctl "
	    "list-dependencies x; systemctl get-default",
	    "service nginx status; service --status-all; rc-service x status; sv status x; supervisorctl "
	    "status; initctl list; pm2 ls; pm2 jlist",
	    "journalctl -u nginx -n 100 --no-pager; journalctl -p err --since '1 hour ago'; journalctl -k; "
	    "journalctl --disk-usage; journalctl --verify",
	    "loginctl list-sessions; timedatectl; timedatectl status; timedatectl timesync-status; "
	    "hostnamectl; chronyc tracking; chronyc sources; ntpq -p",
	    "date; date -u +%FT%TZ; date -d @0; cal; uptime -s; systemd-analyze blame; systemd-analyze "
	    "critical-chain; coredumpctl list; machinectl list",
	    "crontab -l; crontab -l -u app; at -l; atq; ls /etc/cron.d; systemctl list-timers --all",
	    "docker ps -a; docker ps --filter status=exited -q; docker logs --tail 100 web; docker inspect "
	    "-f '{{.State.Status}}' web; docker stats --no-stream",
	    "docker top web; docker port web; docker diff web; docker events --since 1h --until 0s; docker "
	    "images; docker image inspect x; docker history x",
	    "docker network ls; docker network inspect x; docker volume ls; docker system df; docker info; "
	    "docker version; docker context ls; docker node ls",
	    "docker service ls; docker service ps x; docker stack ps x; docker compose ps; docker compose "
	    "logs --tail 50 web; docker compose config; docker compose top",
	    "docker exec web cat /etc/hosts; docker exec web sh -c 'ps aux | grep x'; docker exec db psql -U "
	    "p -Atc 'select 1'; docker exec -i db psql -U p <<'E'\nselect 1;\nuptime\nE",
	    "docker exec redis redis-cli info replication; docker run --help; docker search x; docker cp "
	    "web:/etc/hosts -",
	    "docker save img | wc -c; docker export web | tar -tf -",
	    "kubectl get pods -A -o wide; kubectl get events --sort-by=.lastTimestamp; kubectl describe node "
	    "x; kubectl logs -l app=x --tail=50; kubectl top nodes",
	    "kubectl rollout status deploy/x --timeout=30s; kubectl rollout history deploy/x; kubectl auth "
	    "can-i create pods; kubectl api-resources; kubectl cluster-info",
	    "kubectl config current-context; kubectl config get-contexts; kubectl config view; kubectl diff "
	    "-f x; kubectl explain pod; kubectl version; kubectl wait --for=condition=Ready pod/x",
	    "kubectl exec deploy/x -- printenv; kubectl exec -it x -- sh -c 'df -h'; kubectl get --raw "
	    "/healthz; kubectl port-forward svc/x 80:80",
	    "kubectl apply --dry-run=server -f x; kubectl delete pod x --dry-run=client; helm list -A; helm "
	    "status x; helm get values x; helm history x; helm diff upgrade x y; helm template x",
	    "argocd app get x; argocd app list; argocd app diff x; flux get all; flux logs; istioctl "
	    "proxy-status; nomad job status x; nomad node status; consul members; consul kv get x",
	    "etcdctl endpoint health; etcdctl member list; etcdctl get / --prefix --keys-only; vault status; "
	    "vault kv get x; vault token lookup; crictl ps; crictl logs x; ctr c ls",
	    "git status --short; git log --oneline -5; git diff --stat; git rev-parse HEAD; git branch -a; "
	    "git remote -v; git show HEAD; git describe --tags; git blame f; git ls-files",
	    "git stash list; git config --get user.name; git config --get-regexp a b; git config -l; git tag "
	    "-l; git reflog; git fsck; git worktree list; git submodule status; git bisect log; git fetch "
	    "--dry-run",
	    "svn info; svn log -l 5; svn status; hg id; hg log -l 3; hg status",
	    "psql -Atc 'select count(*) from pg_stat_activity'; psql -c '\\l'; psql -c '\\dt+'; psql -c "
	    "'show max_connections'; psql -c \"select pg_is_in_recovery()\"; psql -lqt",
	    "psql -c \"select pid, now() - query_start from pg_stat_activity where state <> 'idle' order by "
	    "2 desc limit 5\"",
	    "psql -c \"explain (analyze, buffers) select 1\"; psql -c \"copy (select 1) to stdout csv\"; "
	    "psql -c \"\\copy (select 1) to stdout\"; psql -c \"\\copy (select a from t) to pstdout\"",
	    "psql -c \"select * from pg_locks where not granted\"; psql -c \"select "
	    "pg_size_pretty(pg_database_size('x'))\"; psql -c \"select 'insert into t' as x\"; psql -c "
	    "'\\watch 1'",
	    "psql -c \"begin; select 1; rollback\"; psql -c \"set statement_timeout='5s'; select 1\"; psql "
	    "-c 'select \"update\" from t'; psql -c \"table t\"; psql -c \"values (1)\"",
	    "psql -c \"select extract(epoch from now() - pg_last_xact_replay_timestamp())\"; psql -c '\\o'; "
	    "psql -c '\\o /dev/null' -c 'select 1'; psql -c '\\x on' -c 'select 1'",
	    "psql -c 'with a as (select 1) select * from a'; psql -c 'select replace(a, b, c) from t'; psql "
	    "-c \"select * from t where updated_at > now()\"; psql -c 'select relname from pg_class'",
	    "mysql -e 'show processlist'; mysql -e 'show slave status\\G'; mysql -Nse 'select @@version'; "
	    "mysql -e 'show engine innodb status\\G'; mysql -e \"show variables like '%conn%'\"",
	    "mysql -e 'select 1\\g'; mysql -e 'select count(*) from t; show tables'; mysqladmin status; "
	    "mysqladmin ping; mysqladmin extended-status; mysqlcheck --check x; mysqlshow; mysqldump x | "
	    "gzip -c | wc -c",
	    "mysql -e 'explain select 1'; mysql -e 'describe t'; mysql -e 'analyze select * from t'; mysql "
	    "-e 'use x; select 1'; mysql -e \"select 'x' into @a\"; echo 'select 1' | mysql",
	    "sqlite3 x.db '.tables'; sqlite3 x.db '.schema t'; sqlite3 x.db 'select count(*) from t'; "
	    "sqlite3 -readonly x.db 'pragma integrity_check'; sqlite3 x.db .dump; sqlite3 x.db '.output "
	    "stdout' ",
	    "mongosh --quiet --eval 'rs.status()'; mongosh --eval 'db.serverStatus().connections'; mongosh "
	    "--eval 'db.t.find({dropped: true}).count()'; mongosh --eval 'db.currentOp()' ; mongosh --eval "
	    "'print(\"db.t.drop()\")'",
	    "mongosh --eval 'db.t.countDocuments({updated: 1})'; mongo --eval "
	    "'rs.printSlaveReplicationInfo()'; mongotop; mongostat -n 1; mongosh --eval 'db.t.stats()' ; "
	    "mongosh --eval 'rs.conf()'",
	    "redis-cli ping; redis-cli info memory; redis-cli -h x -p 6380 dbsize; redis-cli config get "
	    "maxmemory; redis-cli client list; redis-cli slowlog get 10; redis-cli --latency -i 1; redis-cli "
	    "get set",
	    "redis-cli --scan --pattern 'x:*' | head; redis-cli memory usage x; redis-cli ttl x; redis-cli "
	    "llen q; redis-cli cluster info; redis-cli cluster nodes; redis-cli --bigkeys; redis-cli lrange "
	    "q 0 10; redis-cli role",
	    "echo 'info' | redis-cli; printf 'ping\\nget a\\n' | redis-cli; redis-cli <<< 'dbsize'",
	    "rabbitmqctl list_queues name messages; rabbitmqctl cluster_status; rabbitmqctl "
	    "list_connections; rabbitmq-diagnostics check_running; rabbitmqadmin list queues; "
	    "kafka-topics.sh --describe; kafka-consumer-groups.sh --describe --all-groups",
	    "kafka-consumer-groups.sh --reset-offsets --dry-run; kafka-configs.sh --describe; kafka-acls.sh "
	    "--list; nodetool status; nodetool tpstats; nodetool info; nodetool compactionstats; nats stream "
	    "ls; nats server check connection",
	    "ceph -s; ceph health detail; ceph osd tree; ceph df; ceph osd pool ls detail; ceph osd crush "
	    "tree; rbd ls; rbd info x; rados df; gluster volume info; gluster volume heal x info; gluster "
	    "peer status; drbdadm status; pcs status; crm status",
	    "lvs; vgs; pvs; lvdisplay; mdadm --detail /dev/md0; mdadm -D /dev/md0; cat /proc/mdstat; "
	    "smartctl -a /dev/sda; smartctl -H /dev/sda; nvme list; nvme smart-log /dev/x; tune2fs -l "
	    "/dev/x; dumpe2fs -h /dev/x; xfs_info /; btrfs fi df /; btrfs filesystem usage /; btrfs device "
	    "stats /",
	    "zpool status -x; zpool list; zfs list -t snapshot; zfs get all x; fdisk -l; sfdisk -l; sfdisk "
	    "-d /dev/x; parted -l; parted /dev/x print; sgdisk -p /dev/x; gdisk -l /dev/x; losetup -a; "
	    "losetup -j f; dmsetup ls; dmsetup status; multipath -ll; iscsiadm -m session; cryptsetup status "
	    "x; cryptsetup luksDump /dev/x; blockdev --getsize64 /dev/x; lsscsi; lspci; lsusb; lsmod; "
	    "modinfo x; dmidecode",
	    "quota -u x; repquota -a; getfacl f; getcap f; lsattr f; stat f; file f; md5sum f; sha256sum -c "
	    "sums; cksum f; wc -l f; diff a b; cmp a b; comm a b; cut -d: -f1 f; sort -u f; uniq -c f; tr a "
	    "b < f; rev f; nl f; od -c f | head; xxd f | head; strings f | head",
	    "find / -xdev -size +100M -printf '%s %p\\n'; find . -mmin -5 -type f | head; find . -name core "
	    "-exec ls -l {} \\;; find . -type f -exec grep -l x {} +; find . -name '*.log' -print0 | xargs "
	    "-0 ls -la; fd -e log; fd -x ls -l",
	    "ls -lt | head; tree -L 2; locate x; which nginx; command -v jq; type -a ls; test -r f; [ -s f "
	    "]; [[ -d /x && ! -L /x ]]; basename x; dirname x; realpath f; readlink -f f; pwd; echo x; "
	    "printf '%s\\n' x; true; false; seq 3; sleep 1; yes | head -1",
	    "tar -tzf x.tgz; tar tvf x.tar; unzip -l x.zip; zcat x.gz | head; gzip -l x.gz; xz -l x; 7z l x; "
	    "cpio -it < x; ar -t x.a; ar t x.a; jar tf x.jar; zipinfo x; bzcat x; zstd -dc x | head",
	    "rpm -qa | grep x; rpm -V x; rpm -qf /bin/ls; dpkg -l x; dpkg -S /bin/ls; dpkg --get-selections; "
	    "apt list --installed; apt-cache policy x; apt show x; apt-mark showhold; yum check-update; dnf "
	    "history; apk info -vv; pip list --outdated; pip show x; npm ls --depth 0; npm outdated; gem "
	    "list; snap list; brew list; conda list; go version; go env; uv pip list",
	    "python3 -c 'import sys; print(sys.version)'; python3 -c 'import json,sys; "
	    "print(json.load(sys.stdin)[\"a\"])' < f; python3 -m json.tool f; python3 -c "
	    "\"print(open('f').read())\"; python3 -c \"open('f', 'r').readline()\"; python3 -c \"open('w')\"",
	    "python3 -c \"import re; print(re.sub('a', 'w', open('f').read()))\"; python3 -c "
	    "'print(\"os.remove(x)\")'; python3 -c 'import os; print(os.path.exists(\"x\"), os.getpid())'; "
	    "python3 script.py <<< 'os.remove(\"x\")'; python3 -c 'import subprocess; "
	    "print(subprocess.run([\"df\", \"-h\"]))'",
	    "python3 - <<'E'\nselect 1;\nuptime\nE",
	    "perl -ne 'print if /unlink|rename/' f; perl -pe 's/unlink (\\S+)/x/' f; perl -e 'print time'; "
	    "perl -lane 'print $F[0]' f; perl -e 'open(F, \"<\", \"x\"); print <F>'; perl -MJSON -e 'print "
	    "1'; perl -e 'print \"unlink x\"'; ruby -e 'puts File.read(\"x\")'; node -e "
	    "'console.log(require(\"os\").loadavg())'; node -v; node app.js < f",
	    "nginx -t; nginx -T; nginx -v; apachectl configtest; apachectl -S; httpd -t; haproxy -c -f x; "
	    "named-checkconf; sshd -T; postconf -n; postqueue -p; mailq; exim -bp; exim -bpc; caddy "
	    "validate; varnishadm backend.list; varnishstat -1; squid -k check; squid -k parse; "
	    "unbound-control status; unbound-control stats; rndc status; a2query -s",
	    "visudo -c; sudo -l; sudo -n true; chage -l x; passwd -S x; getent passwd x; groups x; lastb; "
	    "faillock; semanage port -l; getenforce; sestatus; ausearch -m avc; auditctl -l; aa-status; "
	    "fail2ban-client status sshd; gpg --list-keys; gpg --verify x.sig; keytool -list -keystore x; "
	    "ssh-keygen -l -f k; ssh-keygen -F host; ssh-add -l; certbot certificates",
	    "restic snapshots; restic check; borg list x; borg info; borg extract --dry-run x; rclone ls x:; "
	    "rclone lsd x:; rclone check a b; rsync -avn a b; rsync --dry-run a b; aws sts "
	    "get-caller-identity; aws ec2 describe-instances; aws s3 ls s3://x; aws logs tail x; aws "
	    "cloudwatch get-metric-statistics; aws rds describe-db-instances; aws elbv2 "
	    "describe-target-health",
	    "gcloud compute instances list; gcloud sql instances describe x; gcloud config list; gcloud "
	    "logging read x; gsutil ls gs://x; gsutil cp gs://x -; gsutil cat gs://x; az vm list; az account "
	    "show; heroku ps; heroku logs -n 100; cf apps; cf logs x --recent; terraform plan; terraform "
	    "show; terraform output; terraform state list; ansible all -m ping; ansible all --list-hosts; "
	    "ansible-inventory --list; ansible-playbook --syntax-check x",
	    "tcpdump -c 10 -nn port 80; tcpdump -r x.pcap; strace -c -p 1; strace -f ls; gdb -p 1 -batch -ex "
	    "bt; jstack 1; jmap -histo 1; jcmd 1 Thread.print; jstat -gc 1; perf top; perf stat ls; lsns; "
	    "nsenter -t 1 -n ss -lnt; unshare -n ip addr; chroot /x ls; cat /sys/class/net/eth0/speed; cat "
	    "/sys/fs/cgroup/memory.max",
	    "echo 'uptime' | sh; printf 'df -h\\nfree -m\\n' | bash -s; bash <<< 'uptime'; echo 'select 1' | "
	    "psql; echo rm x | cat; echo 'rm x' | grep rm; echo 'kill 1' | tee "
	    "/dev/stderr; printf 'rm %s\\n' a b | sort; echo \"$x\" | sh; curl -s http://x | jq "
	    "-r .a",
	    "ssh web1 uptime; ssh -o ConnectTimeout=5 web1 'df -h; free -m'; ssh web1 <<'E'\nselect "
	    "1;\nuptime\nE",
	    "ssh web1 sudo systemctl status x; ssh -q web1 exit; ssh -N -L 1:2:3 web1; sshpass -p x ssh h "
	    "uptime; ssh web1 -- tail -5 /var/log/x; pdsh -w h uptime; salt '*' test.ping; vagrant status; "
	    "parallel -j4 ping -c 1 {} ::: a b; parallel ::: 'df -h' uptime; ls | xargs -I{} stat {}; watch "
	    "-n 1 -d 'ss -s'; timeout 5 tail -f x",
	    "mktemp -u; tee < x; x | tee >(wc -l) >/dev/null; exec 3>&1; x 2>&1 | tail; { a; b; } "
	    "2>/dev/null; (cd /x && ls); if a; then b; fi >/dev/null; for i in 1 2 3; do ping -c1 h$i; done; "
	    "while read -r a; do echo \"$a\"; done < f; x=$(date); y=$((1 > 0)); [[ a > b ]]; ((a > b)); "
	    "test a '>' b; echo \"a > b\"; echo a \\> b; expr 1 \\> 0; jq 'select(.a > 1)' f; z <<< \"a > "
	    "b\"",
	    "make -n; make help; journalctl --flush --help; logger hello; man rm; info tar; help kill; "
	    "alias; history; env | sort; printenv PATH; ulimit -a; umask; set -o; export A=b; cd /tmp; "
	    "source ~/.bashrc; . ./env.sh; wait; trap - EXIT; trap 'echo bye' EXIT; time ls; nice -n 5 ls; "
	    "nohup ls; exec ls; eval 'ls -l'; eval \"$cmd\"; $cmd; \"$x\" rm; busybox ls; sudo -u app ls; su "
	    "- app -c 'ls'; runuser -u app -- ls; env A=b ls; command ls",
	    "tmux ls; screen -ls; tmux list-sessions; mail -H; sendmail -bp; fail2ban-client ping; wg show; "
	    "wg; vtysh -c 'show ip bgp summary'; birdc show protocols; ovs-vsctl show; systemd-resolve "
	    "--status; resolvectl status; resolvectl query x; nmcli dev status; nmcli -t -f NAME con show; "
	    "tc qdisc show; conntrack -L; conntrack -S; ipvsadm -Ln; arp -n; route -n; hwclock; ldconfig -p; "
	    "locale; localectl; lastlog -u x; sss_cache --help; nscd -g; getent ahosts x",
	    "uv pip list; poetry show; conda env list; alembic current; alembic history; flyway info; rake "
	    "-T; rails -v; python manage.py showmigrations; manage.py migrate --plan; php artisan "
	    "migrate:status; php -v; bundle exec rake -T; bundle list; multipass list; multipass exec x -- "
	    "ls; buildah images; skopeo inspect docker://x; pgbench --help; repmgr cluster show; "
	    "pg_controldata; pg_lsclusters; pg_isready -h x; patronictl list; pg_dump -s x | head; "
	    "pg_restore -l x; xtrabackup --version; mongodump --archive | wc -c",
	    "(echo 'rm x') | sh",
	    "awk -f p.awk f",
	    "mysqlcheck -uroot -psecret x; mysqldump -uroot -pr00t x | wc -c; mysql -pedrop -e 'select 1'",
	    "perl -V:version; perl -F: -lane 'print $F[0]' f; losetup -nlO NAME /dev/loop0; uv lock --check",
	    "git config --file f a.b; git config -f f a.b; git bisect view; git config --global user.name",
	    "ssh-keygen -lf k; ssh-keygen -E md5 -lf k; dmesg -xT; mdadm -Es; iscsiadm -m session -P 3; git "
	    "notes list",
	    "sed 's/[/]/w/' f; sed 's/[]/]/w/' f; sed 's/[[:alpha:]/]/w/' f; sed 's/[^/]*/w x/' f; sed "
	    "'/[/]w x/d' f; sed 'y/[/w/' f",
	    "sed 's/x/y/e' f",
	    "psql -c 'select 1' <<E\ndelete from t\nE",
	    "sqlite3 db .quit <<E\ndelete from t;\nE",
	    "python3 x.py <<E\nos.remove('x')\nE",
	    "echo 'rm x' >&2 | cat",
	    "echo x | xargs echo",
	    "printf '%s %%rm' x | sh",
	    "ssh-keyscan h | sort",
	    "redis-cli get a <<E\ndel a\nE",
	    "bash x.sh <<E\nrm x\nE",
	    "sh -c 'cat; rm2' <<E\nrm x\nE",
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
	    {"copy t to '/x'", "copy"},
	    {"copy t (a) to :'file' csv", "copy"},
	    {"\\copy t to x.csv", "\\copy"},
	    {"\\copy t from x.csv", "\\copy"},
	    {"\\copy t to program 'x'", "\\copy"},
	    {"\\o x\nselect 1", "\\o"},
	    {"select 1 \\g /tmp/x", "\\g"},
	    {"select 1 \\gx out.txt", "\\gx"},
	    {"\\w x.sql", "\\w"},
	    {"\\lo_unlink 5", "\\lo_unlink"},
	    {".backup x", ".backup"},
	    {"select 1;\n.once x.csv", ".once"},
	    {"select * from t into outfile '/x'", "into"},
	    {"notify x", "notify"},
	    {"checkpoint", "checkpoint"},
	    {"analyze table t", "analyze table"},
	    {"\\copy t to stdout\ndrop table t", "drop"},
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
	    {"copy t to", ""},
	    {"\\copy t to pstdout\nselect 1", ""},
	    {"\\o\n\\o /dev/null\n\\o |less\nselect 1", ""},
	    {"select 1\\G", ""},
	    {"select 1\\g select 2", ""},
	    {"select 1 \\gset\n\\x\n\\i x.sql", ""},
	    {".tables\n.output stdout\n.dump\n.mode csv", ""},
	    {"select 1.once", ""},
	    {"analyze format=json select 1", ""},
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

/* Any command line, and any SQL, costs what its length does: in processor time, whatever else runs. What
 * grows with the square of its length takes minutes. */
static void
linear(void **state)
{
	static const char *const pieces[] = {"rm ", "curl -d ", "docker exec x ", "find -exec ", "ssh x ",
	    "psql -c ", "$a$ ", "'", "$1$2", "/*", "-- ", "with x (", "tar x", "-s", "> x ", "| psql ", "a\n",
	    "<<E ", "*=", "sed -", "printf '%s", "printf %s ", "echo x | sh | ", "cat | ", "bash -c 'sh; ",
	    "awk '{print > ", "awk 'a / b", "sed 's/", "sed 'w ", "python -c 'open(",
	    "python -c 'os.system(\"", "perl -e ';unlink", "parallel 'a b' ", "redis-cli <<E\n",
	    "mongosh --eval .drop( ", "\\o ", "ssh h ", "sudo -s "};
	enum { BYTES = 100000, SECONDS_MAX = 5 };
	char *text = malloc(BYTES + 5);

	(void)state;
	assert_non_null(text);
	for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
		struct found f = {.rows = calloc(count_rows(), sizeof(bool))};
		size_t length = strlen(pieces[k]);
		struct rb_arena arena;
		clock_t start = clock();
		double took;

		memcpy(text, "psql ", 5);
		for (size_t n = 0; n < BYTES; n++)
			text[5 + n] = pieces[k][n % length];
		rb_arena_init(&arena, NULL);
		rb_buf_init(&f.what, NULL, 1 << 10);
		rb_changes(
		    &arena, rb_shell_followed(&arena, (struct rb_str){text, BYTES + 5}, NULL), note, &f);
		rb_sql_change((struct rb_str){text, BYTES + 5});
		took = (double)(clock() - start) / CLOCKS_PER_SEC;
		rb_arena_free(&arena);
		rb_buf_free(&f.what);
		free(f.rows);
		if (took > SECONDS_MAX)
			fail_msg("%s: %.1f s", pieces[k], took);
	}
	free(text);
}

static void
ignore_script(void *ctx, enum rb_script_does does, struct rb_str text)
{
	size_t *bytes = ctx;

	(void)does;
	*bytes += text.n;
}

static void
ignore_run(void *ctx, struct rb_str text)
{
	size_t *bytes = ctx;

	*bytes += text.n;
}

/* Each reader of a language, over text that is for none of them. */
static void
read_all(struct rb_str text)
{
	size_t bytes = 0;

	rb_awk_does(text, ignore_script, &bytes);
	rb_sed_does(text, ignore_script, &bytes);
	rb_sql_change(text);
	for (enum rb_language language = RB_PYTHON; language <= RB_JAVASCRIPT; language++)
		rb_code_change(language, text, ignore_run, &bytes);
}

static const char *const parts[] = {"[", "[[:", "]", "/", "s/", "y/", "\"", "'", "\\", "{", "}", "(", ")",
    "|", ">", ">>", "print ", "print>", "system(", "open(", "open(a, ", "os.system([\"a\",", "unlink ", "a.",
    ".", "w x\n", "e x\n", "a\\\n", ";", "\n", "#", "//", "$", "${", "-- ", "\\copy ", "\\o ", ".once ", " ",
    "a", "1", ",", "!"};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static void
linear_languages(void **state)
{
	static const char *const heads[] = {"", "s/", "/", "print ", "\""};
	enum { BYTES = 100000, SECONDS_MAX = 5 };
	struct rb_buf text;

	(void)state;
	rb_buf_init(&text, NULL, BYTES + 100);
	for (size_t k = 0; k < PARTS; k++) {
		for (size_t h = 0; h < sizeof(heads) / sizeof(heads[0]); h++) {
			clock_t start = clock();
			double took;

			rb_buf_clear(&text);
			rb_buf_c(&text, heads[h]);
			while (text.len < BYTES)
				rb_buf_c(&text, parts[k]);
			read_all(rb_buf_view(&text));
			took = (double)(clock() - start) / CLOCKS_PER_SEC;
			if (took > SECONDS_MAX)
				fail_msg("%s%s: %.1f s", heads[h], parts[k], took);
		}
	}
	rb_buf_free(&text);
}

/* Parts in any order, in memory of just their size, so that a byte too far is noticed. */
static void
any_text(void **state)
{
	uint32_t seed = 3;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[200], *copy;
		size_t n = 0;

		seed = seed * 1664525 + 1013904223;
		for (size_t most = (seed >> 8) % 160; n < most;) {
			const char *part;

			seed = seed * 1664525 + 1013904223;
			part = parts[(seed >> 8) % PARTS];
			memcpy(text + n, part, strlen(part));
			n += strlen(part);
		}
		copy = malloc(n > 0 ? n : 1);
		assert_non_null(copy);
		memcpy(copy, text, n);
		read_all((struct rb_str){copy, n});
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(changes),
	    cmocka_unit_test(looks),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(sql),
	    cmocka_unit_test(linear),
	    cmocka_unit_test(linear_languages),
	    cmocka_unit_test(any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
