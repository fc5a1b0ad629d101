#!/usr/bin/env bats
# notify.email on a mail server that encrypts and wants a login. Its password is told to nobody else.
# shellcheck disable=SC2154 # status, output and stderr are set by bats

load ../support/helpers
load systems

# What a shell, a configuration of curl and a mail server each read otherwise.
SECRET='pw "Xyzzy\n91'\''$HOME'

# An authority, and a certificate of it for localhost: made once.
setup_file() {
  command -v openssl >/dev/null || return 0
  cd "$BATS_FILE_TMPDIR" || return 1
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 \
    -subj /CN=authority.example 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key -out server.csr \
    -subj /CN=localhost 2>/dev/null
  echo 'subjectAltName = DNS:localhost' >server.ext
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile server.ext -days 2 -out server.pem 2>/dev/null
}

setup() {
  sandbox
  need curl openssl
}

teardown() { end_all; }

# mail_server tls|starttls|plain — sets SMTP_PORT; what it reads is appended to ./mail.
mail_server() {
  : >mail
  SMTPD_PASSWORD=$SECRET background "$PYTHON" -I "$TOP/tests/e2e/smtpd.py" "$1" "$PWD/smtp.port" "$PWD/mail" \
    "$BATS_FILE_TMPDIR/server.pem" "$BATS_FILE_TMPDIR/server.key"
  eventually test -s smtp.port
  SMTP_PORT=$(<smtp.port)
}

mail_book() {
  write book.yaml <<'END'
runbook: mail
inputs:
  smtp: {type: text}
  to: {type: text, default: "a@example.com, b@example.com"}
  user: {type: text, default: ""}
  text: {type: text, default: "line 1\n.\nline 3: Größe"}
secrets: {mail: {env: MAIL_PASSWORD, optional: true}}
steps:
  - id: m
    use: notify.email
    with: {to: "${to}", subject: "API down", text: "${text}", from: ops@example.com, smtp: "${smtp}", user: "${user}"}
    secrets: {password: mail}
  - say: "by=${m.by}"
END
}

# send URL [OPTION…] — as $LOGIN with the password $PASSWORD, while the authority is trusted (unless TRUSTED is empty).
send() {
  mail_book
  CURL_CA_BUNDLE=${TRUSTED-$BATS_FILE_TMPDIR/ca.pem} MAIL_PASSWORD=${PASSWORD-$SECRET} \
    run --separate-stderr "$RUNBOOK" run book.yaml --set "smtp=$1" --set "user=${LOGIN-ops}" "${@:2}"
  echo "$output"
  echo "$stderr"
}

kept_secret() {
  nowhere "$SECRET"
  nowhere 'Xyzzy'
  nowhere "$(printf '\0ops\0%s' "$SECRET" | base64 -w0)"
}

# unheard REGEX FILE — no line of it has that.
unheard() { ! grep -E -e "$1" "$2" >&2; }

# The server has a whole message, with these words.
mail_has() {
  grep -qxF "$1" <(tr -d '\r' <mail) && return 0
  echo "not in what the server was sent: $1" >&2
  cat mail >&2
  return 1
}

@test "mail: TLS and a login: all recipients, the text as it is, the password nowhere else" {
  mail_server tls
  # Who is told what, of all that are started for it.
  mkdir bin
  write bin/curl <<END
#!/bin/sh
printf '%s\\n' "\$@" >arguments
exec $(command -v curl) "\$@"
END
  chmod +x bin/curl
  PATH=$PWD/bin:$PATH
  send "smtps://localhost:$SMTP_PORT"
  has_status 0
  has 'by=smtp'
  mail_has 'tls MAIL FROM:<ops@example.com>'
  mail_has 'tls RCPT TO:<a@example.com>'
  mail_has 'tls RCPT TO:<b@example.com>'
  mail_has 'tls To: a@example.com, b@example.com'
  mail_has 'tls Subject: API down'
  mail_has 'tls ..'
  mail_has 'tls line 3: Größe'
  grep -q '^tls AUTH' mail
  grep -qx -e --mail-rcpt arguments
  unheard Xyzzy arguments
  kept_secret
}

@test "mail: STARTTLS: the login comes after the encryption" {
  mail_server starttls
  send "smtp://localhost:$SMTP_PORT"
  has_status 0
  grep -q '^clear STARTTLS' mail
  grep -q '^tls AUTH' mail
  unheard '^clear AUTH' mail
  mail_has 'tls line 1'
  kept_secret
}

@test "mail: a server that does not encrypt is not told the password; without a login it is sent all the same" {
  mail_server plain
  send "smtp://localhost:$SMTP_PORT"
  has_status 1
  has 'the mail was not sent: curl: (64)'
  unheard 'AUTH|MAIL FROM' mail
  kept_secret
  LOGIN='' send "smtp://localhost:$SMTP_PORT"
  has_status 0
  mail_has 'clear RCPT TO:<b@example.com>'
  unheard AUTH mail
}

@test "mail: a wrong password is refused, and told as that" {
  mail_server tls
  PASSWORD='pw-Xyzzy-not-the-one' send "smtps://localhost:$SMTP_PORT"
  has_status 1
  has 'the mail was not sent: curl: (67)'
  grep -q '^tls AUTH' mail
  unheard 'MAIL FROM' mail
  kept_secret
}

@test "mail: a certificate that nobody vouches for, or that is another host's: nothing is sent" {
  mail_server tls
  TRUSTED='' send "smtps://localhost:$SMTP_PORT"
  has_status 1
  has 'the mail was not sent: curl: (60)'
  has 'certificate'
  send "smtps://127.0.0.1:$SMTP_PORT"
  has_status 1
  has 'the mail was not sent: curl: (60)'
  [ ! -s mail ]
  kept_secret
}

@test "mail: a recipient that the server does not know" {
  mail_server tls
  send "smtps://localhost:$SMTP_PORT" --set to=gone@example.com
  has_status 1
  has '550'
  unheard 'line 1' mail
  kept_secret
}
