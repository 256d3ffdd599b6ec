import { known } from "../tree/script.ts";
import { sshOptions } from "./archives.ts";
import { type Call, dangerous, type Judgement, network, type Row, runsOther, writesFile } from "./row.ts";

/** What reaches other machines. */
export const networks: readonly Row[] = [
	{
		names: "curl",
		risk: "network",
		reason: "fetches from the network",
		operands: "text",
		options: {
			"-o= --output= -D= --dump-header= -c= --cookie-jar= --trace= --trace-ascii= --stderr= --etag-save= --hsts= --alt-svc= --libcurl=":
				writesFile,
			"--output-dir=": writesFile,
			"-O --remote-name --remote-name-all -J --remote-header-name": network("saves what it fetches"),
			"-T= --upload-file=": network("uploads a file"),
			"-d= --data= --data-binary= --data-raw= --data-ascii= --data-urlencode= --json= -F= --form= --form-string= --url-query=":
				network("sends data", "text"),
			"-X= --request=": network("sends a request that may change something", "text"),
			"-K= --config=": dangerous("takes its options from a file"),
			"-u= --user= --proxy-user= --oauth2-bearer= -E= --cert= --key= --aws-sigv4=": network("logs in", "text"),
			"-b= --cookie=": network("sends cookies", "text"),
			"-n --netrc --netrc-file= --netrc-optional": dangerous("sends a password that is kept in a file"),
			"-x= --proxy= --socks5= --socks4= --preproxy= --socks5-hostname= --connect-to= --resolve= --doh-url= --dns-servers= --interface=":
				network("goes another way than usual", "text"),
			"--unix-socket= --abstract-unix-socket=": dangerous("speaks to another program of this machine", "text"),
			"-k --insecure": network("trusts any server"),
			"-Q= --quote= -t= --telnet-option=": dangerous("gives a server commands", "text"),
			"--engine= --krb=": dangerous("loads more code", "text"),
		},
		valued:
			"-H -A -e -m -r -w -y -Y -z -C -P --header --user-agent --referer --max-time --retry --retry-delay --retry-max-time --connect-timeout --limit-rate --write-out --range --max-redirs --cacert --capath --ciphers --url --noproxy --proto --variable --max-filesize --rate",
		flags: "-s -S -f -L -i -I -v -g -G -4 -6 -a -N -p -# -j --compressed --fail --silent --location",
		asks: "-V -h",
		judge: (call, judgement) => {
			sends(call, judgement);
			for (const word of [...call.operands, ...call.values("--url")])
				if (/^(file|scp|sftp|smb|ldap|dict|gopher|telnet):/i.test(word.text)) {
					judgement.add("dangerous", "reads files, or speaks to a server in another way");
					judgement.read({ ...word, text: word.text.replace(/^file:\/\/(localhost)?/i, "") }, true);
				}
		},
	},
	{
		names: "wget wget2",
		asks: "-V -h",
		risk: "network",
		reason: "fetches from the network",
		operands: "text",
		options: {
			"-O= --output-document= -o= --output-file= -a= --append-output= --save-cookies= --warc-file= --rejected-log=":
				writesFile,
			"-P= --directory-prefix=": writesFile,
			"--post-data= --post-file= --body-data= --body-file=": network("sends data", "text"),
			"--method=": network("sends a request that may change something", "text"),
			"-e= --execute= --config= --use-askpass=": dangerous("sets what it runs", "text"),
			"-i= --input-file=": network("fetches what a file names", "program"),
			"-m --mirror -r --recursive": network("fetches a whole site"),
		},
		valued: "-U -T -t -w -Q -A -R -D -l -B --header --user-agent --timeout --tries --wait --user --password --referer",
		judge: (call, judgement) => {
			for (const file of call.values("--post-file", "--body-file")) upload(file, judgement);
			if (!call.has("-O", "--output-document", "--spider")) judgement.add("network", "saves what it fetches");
		},
	},
	{
		names: "http https xh xhs httpie curlie aria2c axel lynx w3m links elinks yt-dlp youtube-dl gallery-dl monolith",
		risk: "network",
		reason: "fetches from the network",
		operands: "text",
		options: {
			"-o= --output= -d= --dir=": writesFile,
			"--exec= --on-download-complete= --on-download-start= --config= --downloader= --external-downloader=": runsOther,
			"-cmd_script= -cmd_log=": runsOther,
		},
		judge: sends,
	},
	{
		names: "nc ncat netcat socat telnet",
		risk: "dangerous",
		reason: "opens a connection for any use",
		operands: "text",
	},
	{
		names: "ssh autossh mosh sshpass et slogin rsh rlogin rexec",
		risk: "dangerous",
		reason: "runs commands on another machine",
		operands: "text",
		stops: true,
		options: {
			"-o= -F=": network("sets how it connects", "text"),
			"-E=": writesFile,
			"-L= -R= -D= -W= -w=": dangerous("lets others through", "text"),
			"-A": dangerous("lends your keys to another machine"),
			"-J=": network("connects by way of another machine", "text"),
		},
		valued: "-p -i -l -b -c -e -I -m -O -Q -S -B",
		asks: "-V",
		judge: sshOptions,
	},
	{
		names:
			"ssh-keygen ssh-add ssh-copy-id ssh-agent ssh-keyscan gpg gpg2 gpgsm gpg-agent gpgconf age sops pass op bw vault keyring secret-tool security lpass keepassxc-cli openssl certbot mkcert step keytool",
		risk: "dangerous",
		reason: "works with keys and secrets",
		operands: "text",
		verbs: {
			"version --version help": { risk: "read" },
			"x509 verify dgst ciphers": {
				risk: "read",
				options: { "-out= -signkey= -engine= -provider= -config= -sign= -key=": dangerous("works with keys") },
				style: "single",
				valued: "-in -inform -outform",
			},
		},
		anyVerb: { risk: "dangerous", reason: "works with keys and secrets" },
	},
	{
		names: "ping ping6 traceroute tracepath mtr dig nslookup host whois arping fping",
		risk: "network",
		reason: "asks the network",
		operands: "text",
		options: { "-f=": network("asks what a file names") },
	},
	{
		names:
			"nmap masscan tcpdump tshark wireshark ettercap nikto sqlmap hydra hping3 arp-scan dsniff mitmproxy mitmdump",
		risk: "dangerous",
		reason: "looks into the network",
		operands: "text",
	},
	{
		names: "mail mailx sendmail mutt msmtp swaks neomutt smtp",
		risk: "dangerous",
		reason: "sends mail",
		operands: "text",
	},
	{
		names: "ngrok cloudflared localtunnel lt tailscale frpc frps wg wg-quick openvpn chisel bore",
		risk: "dangerous",
		reason: "lets others reach this machine, or changes how the network is reached",
		operands: "text",
	},
	{
		names:
			"open xdg-open start gio gnome-open kde-open wslview explorer browse sensible-browser firefox chrome chromium google-chrome safari brave",
		risk: "dangerous",
		reason: "opens something with another program",
		operands: "files",
	},
	{
		names: "python-http-server serve http-server live-server miniserve caddy nginx httpd apache2 lighttpd php-fpm",
		risk: "dangerous",
		reason: "serves files to others",
		operands: "text",
	},
	{
		names:
			"aws gcloud az doctl heroku flyctl fly vercel netlify wrangler firebase railway render supabase oci ibmcloud linode-cli hcloud scw eksctl gsutil bq azcopy s3cmd rclone b2 mc restic borg",
		risk: "dangerous",
		reason: "works with servers of yours",
		operands: "text",
		verbs: { "--version version": { risk: "read" } },
		anyVerb: { risk: "dangerous", reason: "works with servers of yours", operands: "text" },
	},
	{
		names:
			"psql mysql mariadb mongosh mongo redis-cli sqlcmd cqlsh clickhouse-client clickhouse influx cypher-shell pg_dump pg_restore mysqldump mongodump mysqladmin createdb dropdb pgbench etcdctl",
		risk: "dangerous",
		reason: "works with a database",
		operands: "text",
		asks: "-V",
	},
	{
		names: "sqlite3 duckdb",
		risk: "dangerous",
		reason: "may change a database, and run programs",
		operands: "files",
		asks: "-version",
		style: "single",
	},
];

function upload(file: Parameters<Judgement["read"]>[0], judgement: Judgement): void {
	judgement.add("network", "uploads a file");
	judgement.read(file, true);
}

function sends({ values, args }: Call, judgement: Judgement): void {
	for (const file of values("-T", "--upload-file")) upload(file, judgement);
	for (const word of args) {
		const [, name] = /^(?:-[a-zA-Z]|--[\w-]+=?)?(?:[\w.-]+=)?[@<](.+)$/.exec(word.text) ?? [];
		if (name !== undefined && name !== "-") upload({ ...word, text: name.replace(/;.*$/, "") }, judgement);
		else if (/^[\w.-]*:?=?@/.test(word.text) && known(word) === undefined)
			judgement.unsure("which file it sends is not known beforehand");
	}
}
