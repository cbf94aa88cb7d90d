/// Removes the oldest backups, and the files that no other backup has.
struct Retention {
    let vault: Vault
    let keep: Int

    /// The names of the backups that were removed.
    func run() throws -> [String] {
        let all = try vault.place.backups()
        guard all.count > keep else { return [] }
        let (old, kept) = (Array(all.dropLast(keep)), all.suffix(keep))
        var wanted: Set<String> = []
        for name in kept {
            // An unreadable backup must not have its files taken away.
            let list = try FileList(BackupManifest.read(name, from: vault), from: vault)
            wanted.formUnion(list.files.keys)
        }
        for name in old {
            // Without its manifest it is no backup any more, so this goes first.
            try vault.place.remove(BackupManifest.path(name))
            for part in try vault.place.list("backups/\(name)/").keys.sorted() { try vault.place.remove(part) }
        }
        for name in try vault.place.list("media/").keys where !wanted.contains(String(name.dropFirst("media/".count))) {
            try vault.place.remove(name)
        }
        return old
    }
}
