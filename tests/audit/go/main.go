// Checks what Wayhome says of its log with Go's own checksum-database code, and nothing of Wayhome's.
//
// One question as JSON on each line of standard input, one answer on each line of standard output: "ok" and what was
// read, or "refused" and why.
package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Kind      string // note, record, tree
	Log       string // verifier keys
	Witness   string
	Note      []byte
	Data      []byte // the canonical bytes of an event
	Index     int64
	First     int64
	Size      int64
	FirstRoot []byte
	Root      []byte
	Proof     [][]byte
}

// cosigner checks timestamped Ed25519 cosignatures (c2sp.org/tlog-cosignature), which Go's package leaves to others.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	at   uint64
}

func newCosigner(vkey string) (*cosigner, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	hash, key64, ok := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(key64)
	if !ok || err != nil || len(raw) != 33 || raw[0] != 4 {
		return nil, errors.New("no cosigner's key")
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), raw...))
	id := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", id) != hash {
		return nil, errors.New("a cosigner's key with another key's hash")
	}
	return &cosigner{name: name, hash: id, key: raw[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	c.at = binary.BigEndian.Uint64(sig)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", c.at, msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func checkNote(q question) (string, error) {
	log, err := note.NewVerifier(q.Log)
	if err != nil {
		return "", err
	}
	witness, err := newCosigner(q.Witness)
	if err != nil {
		return "", err
	}
	opened, err := note.Open(q.Note, note.VerifierList(log, witness))
	if err != nil {
		return "", err
	}
	if len(opened.Sigs) != 2 {
		return "", errors.New("not signed by both")
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != log.Name() {
		return "", errors.New("no checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || lines[1] != strconv.FormatInt(size, 10) {
		return "", errors.New("no size")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d %s %d", lines[0], size, root, witness.at), nil
}

func hashes(raw [][]byte) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, 0, len(raw))
	for _, one := range raw {
		if len(one) != tlog.HashSize {
			return nil, errors.New("no hash")
		}
		var h tlog.Hash
		copy(h[:], one)
		found = append(found, h)
	}
	return found, nil
}

func checkRecord(q question) (string, error) {
	all, err := hashes(append([][]byte{q.Root}, q.Proof...))
	if err != nil {
		return "", err
	}
	return "", tlog.CheckRecord(all[1:], q.Size, all[0], q.Index, tlog.RecordHash(q.Data))
}

func checkTree(q question) (string, error) {
	all, err := hashes(append([][]byte{q.FirstRoot, q.Root}, q.Proof...))
	if err != nil {
		return "", err
	}
	return "", tlog.CheckTree(all[2:], q.Size, all[1], q.First, all[0])
}

func answer(line []byte) (said string, err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("panic: %v", trouble)
		}
	}()
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return "", err
	}
	switch q.Kind {
	case "note":
		return checkNote(q)
	case "record":
		return checkRecord(q)
	case "tree":
		return checkTree(q)
	}
	return "", errors.New("what?")
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		if said, err := answer(lines.Bytes()); err != nil {
			fmt.Fprintln(out, "refused", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Fprintln(out, strings.TrimSpace("ok "+said))
		}
	}
}
