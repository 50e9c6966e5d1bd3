#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# Writes two tables of patterns from those that come with Perl (package perl-modules):
#	perl engine/text/pattern_unicode.pl groups >engine/text/pattern_groups.c
#	perl engine/text/pattern_unicode.pl folds >engine/text/pattern_folds.c
# Unicode 14.0, as Perl 5.36 of Debian 12 has it.
use strict;
use warnings;
use Unicode::UCD qw(prop_invmap);

my $last = 0x10ffff;
my $what = shift // '';
die "usage: pattern_unicode.pl groups|folds\n" unless $what =~ /^(groups|folds)$/;

# name => [[lo, hi], ...] of a property whose values are names
sub groups {
	my ($property) = @_;
	my ($starts, $names) = prop_invmap($property);
	my %of;
	for my $i (0 .. $#$starts) {
		my $end = $i < $#$starts ? $starts->[$i + 1] - 1 : $last;
		next if $starts->[$i] > $last;
		push @{ $of{ $names->[$i] } }, [$starts->[$i], $end];
	}
	return \%of;
}

sub merged {
	my @out;
	for my $r (sort { $a->[0] <=> $b->[0] } @_) {
		if (@out && $out[-1][1] + 1 == $r->[0]) {
			$out[-1][1] = $r->[1];
		} else {
			push @out, [@$r];
		}
	}
	return @out;
}

sub lines {
	my $line = "\t";
	for my $word (@_) {
		if (length($line) + length($word) > 92) {
			print "$line\n";
			$line = "\t";
		}
		$line .= $word;
	}
	print "$line\n";
}

my $title = $what eq 'groups' ? 'general categories and scripts' : 'simple case folding';
print <<"END";
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/pattern_$what.c - $title of Unicode @{[Unicode::UCD::UnicodeVersion()]}.
 * Written by engine/text/pattern_unicode.pl; do not edit.
 */
#include "text/pattern_unicode.h"

END

exit folds() if $what eq 'folds';

my %category = %{ groups('General_Category') };
delete $category{Cn};    # no pattern can name what is not assigned
my %all = %category;
for my $name (keys %category) {
	push @{ $all{ substr($name, 0, 1) } }, @{ $category{$name} };
}
my %script = %{ groups('Script') };
delete $script{$_} for qw(Unknown Zzzz);
for my $name (keys %script) {
	$all{$name} = $script{$name};
}

# Pairs (code points left out since the last range, code points in it), one name after the other.
my (@words, @rows);
my $n = 0;
for my $name (sort keys %all) {
	my ($next, $first) = (0, $n);
	for my $r (merged(@{ $all{$name} })) {
		push @words, ($r->[0] - $next) . ',' . ($r->[1] - $r->[0] + 1) . ',';
		$next = $r->[1] + 1;
		$n++;
	}
	push @rows, "\t{ HYK_STR_INIT(\"$name\"), $first, " . ($n - $first) . " },\n";
}
print "const uint32_t hyk_pattern_group_runs[] = {\n";
lines(@words);
print "};\n\nconst struct hyk_pattern_group hyk_pattern_groups[] = {\n", @rows, "};\n";
print "const size_t hyk_pattern_n_named = HYK_ARRAY_LEN(hyk_pattern_groups);\n";

# Orbits: those that fold to the same, each to the next larger, the largest to the smallest.
sub folds {
	my ($starts, $folds, $format) = prop_invmap('Simple_Case_Folding');
	my %orbit;
	for my $i (0 .. $#$starts) {
		next if ref $folds->[$i] || $folds->[$i] == 0;
		my $end = $i < $#$starts ? $starts->[$i + 1] - 1 : $last;
		for my $c ($starts->[$i] .. $end) {
			my $to = $folds->[$i] + $c - $starts->[$i];
			push @{ $orbit{$to} }, $c if $to != $c;
		}
	}
	my %next;
	for my $to (keys %orbit) {
		my @of = sort { $a <=> $b } $to, @{ $orbit{$to} };
		$next{ $of[$_] } = $of[($_ + 1) % @of] for 0 .. $#of;
	}
	my @pairs = map { sprintf '{%d,%d},', $_, $next{$_} } sort { $a <=> $b } keys %next;
	print "const struct hyk_pattern_fold hyk_pattern_folds[] = {\n";
	lines(@pairs);
	print "};\nconst size_t hyk_pattern_n_folds = HYK_ARRAY_LEN(hyk_pattern_folds);\n";
	return 0;
}
