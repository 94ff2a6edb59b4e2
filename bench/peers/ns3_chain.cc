// SPDX-License-Identifier: MIT
/*
 * ns3_chain.cc - the chain of bench/chain.c in ns-3
 *
 *	ns3_chain SIMULATED-SECONDS	{"rate": frames over a cable per second}
 *
 * Ten nodes, nine cables of 1 Gbit/s and 1 ms, one TCP connection from end to
 * end that always has something to send; every frame that leaves any cable is
 * counted, and divided by the processor time that the simulation took.
 * Checksums are off, as ns-3 has them by default.  It is C++ because ns-3 is.
 */

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

using namespace ns3;

static const uint32_t NODES = 10;
static const uint32_t BUFFER = 4 << 20;
static const uint16_t PORT = 7;

static uint64_t frames;

static void CountFrame(Ptr<const Packet>)
{
	frames++;
}

static double CpuSeconds()
{
	return static_cast<double>(clock()) / CLOCKS_PER_SEC;
}

static void SetDefaults()
{
	Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
	Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(BUFFER));
	Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(BUFFER));
}

/* Returns the last address. */
static Ipv4Address BuildChain(NodeContainer &nodes)
{
	InternetStackHelper stack;
	PointToPointHelper cable;
	Ipv4AddressHelper address;
	Ipv4InterfaceContainer pair;

	nodes.Create(NODES);
	stack.Install(nodes);
	cable.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
	cable.SetChannelAttribute("Delay", StringValue("1ms"));
	cable.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("1000p"));
	address.SetBase("10.1.0.0", "255.255.255.0");
	for (uint32_t i = 0; i + 1 < NODES; i++) {
		pair = address.Assign(
			cable.Install(nodes.Get(i), nodes.Get(i + 1)));
		address.NewNetwork();
	}
	Ipv4GlobalRoutingHelper::PopulateRoutingTables();
	return pair.GetAddress(1);
}

static void AddTraffic(NodeContainer &nodes, Ipv4Address to)
{
	BulkSendHelper source("ns3::TcpSocketFactory",
			      InetSocketAddress(to, PORT));
	PacketSinkHelper sink("ns3::TcpSocketFactory",
			      InetSocketAddress(Ipv4Address::GetAny(), PORT));

	source.SetAttribute("SendSize", UintegerValue(65536));
	source.Install(nodes.Get(0)).Start(Seconds(0));
	sink.Install(nodes.Get(NODES - 1)).Start(Seconds(0));
}

int main(int argc, char **argv)
{
	NodeContainer nodes;

	if (argc != 2) {
		std::fprintf(stderr, "usage: ns3_chain SECONDS\n");
		return 2;
	}
	SetDefaults();
	AddTraffic(nodes, BuildChain(nodes));
	Config::ConnectWithoutContext(
		"/NodeList/*/DeviceList/*/$ns3::PointToPointNetDevice/PhyTxEnd",
		MakeCallback(&CountFrame));
	Simulator::Stop(Seconds(std::atof(argv[1])));
	double begin = CpuSeconds();
	Simulator::Run();
	double spent = CpuSeconds() - begin;
	std::printf("{\"rate\": %.1f, \"frames\": %llu, \"seconds\": %.3f}\n",
		    static_cast<double>(frames) / spent,
		    static_cast<unsigned long long>(frames), spent);
	Simulator::Destroy();
	return 0;
}
