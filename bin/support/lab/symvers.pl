# usage: perl symvers.pl KERNEL >Module.symvers
# What a kernel without CONFIG_MODVERSIONS exports to modules, read from its own tables: an ELF file of a 64-bit machine with absolute addresses in them.
use strict;
use warnings;

open my $file, '<:raw', $ARGV[0] or die "cannot read $ARGV[0]: $!\n";
my $kernel = do { local $/; <$file> };
my $headers = unpack 'x40 Q<', $kernel;
my ($size, $count, $names) = unpack 'x58 S<3', $kernel;
# [name, type, flags, address, offset, size]
my @sections = map { [unpack 'L<2 Q<4', substr $kernel, $headers + $_ * $size, $size] } 0 .. $count - 1;
my %section = map { (unpack 'Z*', substr $kernel, $sections[$names][4] + $_->[0]) => $_ } @sections;
my $strings = $section{__ksymtab_strings} or die "$ARGV[0] has no section __ksymtab_strings\n";

sub text {
    my ($address) = @_;
    return $address ? unpack 'Z*', substr $kernel, $strings->[4] + $address - $strings->[3] : '';
}

for my $kind ('', '_gpl') {
    my $table = $section{"__ksymtab$kind"} or next;
    for (my $at = 0; $at < $table->[5]; $at += 24) {
        my (undef, $name, $namespace) = unpack 'Q<3', substr $kernel, $table->[4] + $at, 24;
        printf "0x00000000\t%s\tvmlinux\tEXPORT_SYMBOL%s\t%s\n", text($name), uc $kind, text($namespace);
    }
}
